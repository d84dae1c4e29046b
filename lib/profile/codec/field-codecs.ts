import { type OpenGoal } from '../../model/active-enrolment.ts';
import { type OpenDecision, type Profile } from '../../model/profile.ts';
import { type PackedProfile, type ReadTime, type WriteTime } from './packed-profile.ts';

/** Without purchases, the field is omitted. */
export function packPurchases({ n, revenue, first, last }: Profile['purchases'], write: WriteTime): PackedProfile['p'] {
  return n === 0 || first === undefined || last === undefined ? undefined : [n, revenue, write(first), write(last)];
}

/** The reverse of `packPurchases`. */
export function unpackPurchases(packed: PackedProfile['p'], read: ReadTime): Profile['purchases'] {
  if (!packed) return { n: 0, revenue: 0 };
  const [n, revenue, first, last] = packed;
  return { n, revenue, first: read(first), last: read(last) };
}

/** Without answers, the field is omitted. */
export function packAnswers(answers: Profile['answers'], write: WriteTime): PackedProfile['a'] {
  const packed: PackedProfile['a'] = {};
  for (const kind of ['nps', 'ces', 'csat'] as const) {
    const answer = answers[kind];
    if (answer) packed[kind] = [answer.value, write(answer.at)];
  }
  return Object.keys(packed).length > 0 ? packed : undefined;
}

/** The reverse of `packAnswers`. */
export function unpackAnswers(packed: PackedProfile['a'], read: ReadTime): Profile['answers'] {
  const answers: Profile['answers'] = {};
  for (const kind of ['nps', 'ces', 'csat'] as const) {
    const answer = packed?.[kind];
    if (answer) answers[kind] = { value: answer[0], at: read(answer[1]) };
  }
  return answers;
}

/** The rule is omitted if it is that of the stage. */
export function packStage(stage: Profile['stage'], write: WriteTime): PackedProfile['s'] {
  if (!stage) return undefined;
  const { id, since, met, touchpoint = '', rule } = stage;
  return [id, write(since), met === undefined ? '' : write(met), touchpoint, rule === id ? '' : rule];
}

/** The reverse of `packStage`. */
export function unpackStage(packed: PackedProfile['s'], read: ReadTime): Profile['stage'] {
  if (!packed) return undefined;
  const [id, since, met, touchpoint, rule] = packed;
  return {
    ...{ id, since: read(since), rule: rule || id },
    ...(touchpoint !== '' && { touchpoint }),
    ...(met !== '' && { met: read(met) }),
  };
}

type PackedGoal = NonNullable<PackedProfile['y']>[string];

/** Missing names are empty. */
export function packGoal(goal: OpenGoal, write: WriteTime): PackedGoal {
  const { enrolmentId, journeyId, version, since, until, on, stepId = '', variant = '', guardrail = '' } = goal;
  return [enrolmentId, journeyId, version, write(since), write(until), on, stepId, variant, guardrail];
}

/** The reverse of `packGoal`. */
export function unpackGoal(packed: PackedGoal, read: ReadTime): OpenGoal {
  const [enrolmentId, journeyId, version, since, until, on, stepId, variant, guardrail] = packed;
  return {
    ...{ enrolmentId, journeyId, version, since: read(since), until: read(until), on },
    ...(stepId !== '' && { stepId }),
    ...(variant !== '' && { variant }),
    ...(guardrail !== '' && { guardrail }),
  };
}

type PackedDecision = NonNullable<PackedProfile['d']>[string];

/** Exposure is 0 or 1. */
export function packDecision(decision: OpenDecision, write: WriteTime): PackedDecision {
  const { placement, offer, stage, at, until, exposed, on } = decision;
  return [placement, offer, stage, write(at), write(until), exposed ? 1 : 0, on];
}

/** The reverse of `packDecision`. */
export function unpackDecision(packed: PackedDecision, read: ReadTime): OpenDecision {
  const [placement, offer, stage, at, until, exposed, on] = packed;
  return { placement, offer, stage, at: read(at), until: read(until), exposed: exposed === 1, on };
}

type Tally = Profile['counts'][string];
type PackedTally = NonNullable<PackedProfile['n']>[string];

/** The last time is omitted if it is the first. */
export function packTally({ n, first, last }: Tally, write: WriteTime): PackedTally {
  return first === last ? [n, write(first)] : [n, write(first), write(last)];
}

/** The reverse of `packTally`. */
export function unpackTally([n, first, last = first]: PackedTally, read: ReadTime): Tally {
  return { n, first: read(first), last: read(last) };
}
