import * as z from 'zod';
import { packKeyDays, unpackKeyDays } from './key-days-codec.ts';
import { PackedRisk, packRisk, unpackRisk } from './risk-codec.ts';
import { type Customer } from '../../model/customer.ts';
import { Json } from '../../shared/json.ts';
import { type Instant, instantAt } from '../../shared/time.ts';
import { Predicate } from '../../model/predicate.ts';
import { packHours, unpackHours } from '../facts/engagement-hours.ts';
import { Profile } from '../../model/profile.ts';
import { type OpenGoal, ActiveEnrolment, Wait } from '../../model/active-enrolment.ts';
import { mapValues } from '../../shared/records.ts';

/**
 * Milliseconds since first seen, in base 36: 6 characters, where an instant takes 26 with its
 * quotes.
 */
const Time = z.string().regex(/^-?[0-9a-z]+$/);
type Time = z.infer<typeof Time>;

const Dated = <T extends z.ZodType>(value: T) => z.tuple([value, Time]);

/**
 * A profile as stored. DynamoDB bills by the KB, and only touchpoints are written more often, so an
 * ordinary profile must fit 1 KB. Names are short, times relative, and empty fields and those in
 * the item's key are omitted.
 */
const Packed = z.object({
  /** First seen, milliseconds since 1970 in base 36. */
  f: Time,
  /** Last seen. */
  l: Time,
  /** Traits. */
  t: z.record(z.string(), Dated(Json)).optional(),
  /** Touchpoints by name: count, first, and last if different. */
  n: z.record(z.string(), z.union([z.tuple([z.int(), Time]), z.tuple([z.int(), Time, Time])])).optional(),
  /** Channels. */
  c: z.record(z.string(), Time).optional(),
  /** Hours by channel, if there are any. */
  u: z.record(z.string(), z.string()).optional(),
  /** Purchases: count, revenue, first, last. */
  p: z.tuple([z.int(), z.number(), Time, Time]).optional(),
  /** Days with a key event. */
  b: z.string().optional(),
  /** Answers. */
  a: z
    .object({ nps: Dated(z.number()), ces: Dated(z.number()), csat: Dated(z.number()) })
    .partial()
    .optional(),
  /** Consent. */
  o: z.record(z.string(), Dated(z.boolean())).optional(),
  /** Linked identities. */
  k: Profile.shape.linked.optional(),
  /**
   * Stream, and position folded through by partition. The customer's own partition has the empty
   * name.
   */
  g: z.tuple([z.string(), z.record(z.string(), z.string())]).optional(),
  /** Reasons of records put aside, rebuilt positions and barriers, if there are any. */
  x: Profile.shape.folded.pick({ asides: true, rebuilt: true, barriers: true }).optional(),
  j: z.record(z.string(), ActiveEnrolment).optional(),
  w: z.record(z.string(), Wait).optional(),
  /** Decisions: placement, offer, stage, at, until, exposed, success predicate. */
  d: z
    .record(z.string(), z.tuple([z.string(), z.string(), z.string(), Time, Time, z.literal([0, 1]), Predicate]))
    .optional(),
  /**
   * Goals: enrolment, journey, version, since, until, predicate, and step, variant, guardrail if
   * present.
   */
  y: z
    .record(
      z.string(),
      z.tuple([z.string(), z.string(), z.int(), Time, Time, Predicate, z.string(), z.string(), z.string()]),
    )
    .optional(),
  /** Segments: since. */
  m: z.record(z.string(), Time).optional(),
  /**
   * Stage: id, since, met, touchpoint, and rule if it differs from the stage's. Empty if missing.
   */
  s: z.tuple([z.string(), Time, z.union([Time, z.literal('')]), z.string(), z.string()]).optional(),
  h: PackedRisk.optional(),
  q: z
    .object({ since: z.string().transform((at) => readInstant(Date.parse(at))), told: z.array(z.string()) })
    .optional(),
  r: Profile.shape.nextReview,
});
type Packed = z.infer<typeof Packed>;

type Map<T> = Record<string, T>;

const filled = <T extends object>(map: T): T | undefined => (Object.keys(map).length > 0 ? map : undefined);

const renamed = (map: Map<string>, from: string, to: string): Map<string> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name === from ? to : name, value]));

/**
 * Times before 1970 are read as 1970. An older version folded them where a source's `sentAt` was
 * made up.
 */
const readInstant = (ms: number): Instant => instantAt(Math.max(0, ms));

/** Reads and writes the times of a profile first seen at `first`, ms. */
function times(first: number) {
  return {
    write: (at: Instant): Time => (Date.parse(at) - first).toString(36),
    read: (time: Time): Instant => readInstant(first + parseInt(time, 36)),
  };
}

function packPurchases({ n, revenue, first, last }: Profile['purchases'], write: (at: Instant) => Time): Packed['p'] {
  return n === 0 || first === undefined || last === undefined ? undefined : [n, revenue, write(first), write(last)];
}

function unpackPurchases(packed: Packed['p'], read: (time: Time) => Instant): Profile['purchases'] {
  if (!packed) return { n: 0, revenue: 0 };
  const [n, revenue, first, last] = packed;
  return { n, revenue, first: read(first), last: read(last) };
}

function packAnswers(answers: Profile['answers'], write: (at: Instant) => Time): Packed['a'] {
  const packed: Packed['a'] = {};
  for (const kind of ['nps', 'ces', 'csat'] as const) {
    const answer = answers[kind];
    if (answer) packed[kind] = [answer.value, write(answer.at)];
  }
  return Object.keys(packed).length > 0 ? packed : undefined;
}

function unpackAnswers(packed: Packed['a'], read: (time: Time) => Instant): Profile['answers'] {
  const answers: Profile['answers'] = {};
  for (const kind of ['nps', 'ces', 'csat'] as const) {
    const answer = packed?.[kind];
    if (answer) answers[kind] = { value: answer[0], at: read(answer[1]) };
  }
  return answers;
}

function packStage(stage: Profile['stage'], write: (at: Instant) => Time): Packed['s'] {
  if (!stage) return undefined;
  const { id, since, met, touchpoint = '', rule } = stage;
  return [id, write(since), met === undefined ? '' : write(met), touchpoint, rule === id ? '' : rule];
}

function unpackStage(packed: Packed['s'], read: (time: Time) => Instant): Profile['stage'] {
  if (!packed) return undefined;
  const [id, since, met, touchpoint, rule] = packed;
  return {
    ...{ id, since: read(since), rule: rule || id },
    ...(touchpoint !== '' && { touchpoint }),
    ...(met !== '' && { met: read(met) }),
  };
}

type PackedGoal = NonNullable<Packed['y']>[string];

function packGoal(goal: OpenGoal, write: (at: Instant) => Time): PackedGoal {
  const { enrolmentId, journeyId, version, since, until, on, stepId = '', variant = '', guardrail = '' } = goal;
  return [enrolmentId, journeyId, version, write(since), write(until), on, stepId, variant, guardrail];
}

function unpackGoal(packed: PackedGoal, read: (time: Time) => Instant): OpenGoal {
  const [enrolmentId, journeyId, version, since, until, on, stepId, variant, guardrail] = packed;
  return {
    ...{ enrolmentId, journeyId, version, since: read(since), until: read(until), on },
    ...(stepId !== '' && { stepId }),
    ...(variant !== '' && { variant }),
    ...(guardrail !== '' && { guardrail }),
  };
}

/** Returns the stored text of a profile. Workspace and customer are in its item's key. */
export function packProfile(profile: Profile): string {
  const first = Date.parse(profile.firstSeen);
  const { write } = times(first);
  const { stream, through, ...notes } = profile.folded;
  const packed: Packed = {
    f: first.toString(36),
    l: write(profile.lastSeen),
    t: filled(mapValues(profile.traits, ({ value, at }) => [value, write(at)])),
    n: filled(
      mapValues(profile.counts, (tally) =>
        tally.first === tally.last ? [tally.n, write(tally.first)] : [tally.n, write(tally.first), write(tally.last)],
      ),
    ),
    c: filled(mapValues(profile.channels, write)),
    u: filled(mapValues(profile.hours, packHours)),
    p: packPurchases(profile.purchases, write),
    b: profile.keyDays && packKeyDays(profile.keyDays),
    a: packAnswers(profile.answers, write),
    o: filled(mapValues(profile.consent, ({ value, at }) => [value, write(at)])),
    k: profile.linked.length > 0 ? profile.linked : undefined,
    g: stream === '' ? undefined : [stream, renamed(through, profile.customer, '')],
    x: filled(notes),
    j: filled(profile.journeys),
    w: filled(profile.waits),
    d: filled(
      mapValues(profile.decisions, ({ placement, offer, stage, at, until, exposed, on }) => [
        placement,
        offer,
        stage,
        write(at),
        write(until),
        exposed ? 1 : 0,
        on,
      ]),
    ),
    y: filled(mapValues(profile.goals, (goal) => packGoal(goal, write))),
    m: filled(mapValues(profile.segments, write)),
    s: packStage(profile.stage, write),
    h: profile.churn && packRisk(profile.churn),
    q: profile.silence,
    r: profile.nextReview,
  };
  return JSON.stringify(packed);
}

/** The reverse of `packProfile`. Throws if the text is not its output. */
export function unpackProfile(text: string, { workspace, customer }: Customer): Profile {
  const packed = Packed.parse(JSON.parse(text));
  const first = parseInt(packed.f, 36);
  const { read } = times(first);
  const [stream, through] = packed.g ?? ['', {}];
  const { h: risk, q: silence, r: nextReview } = packed;
  const stage = unpackStage(packed.s, read);
  return {
    workspace,
    customer,
    firstSeen: readInstant(first),
    lastSeen: read(packed.l),
    traits: mapValues(packed.t ?? {}, ([value, at]) => ({ value, at: read(at) })),
    counts: mapValues(packed.n ?? {}, ([count, from, to = from]) => ({ n: count, first: read(from), last: read(to) })),
    channels: mapValues(packed.c ?? {}, read),
    hours: mapValues(packed.u ?? {}, unpackHours),
    purchases: unpackPurchases(packed.p, read),
    ...(packed.b !== undefined && { keyDays: unpackKeyDays(packed.b) }),
    answers: unpackAnswers(packed.a, read),
    consent: mapValues(packed.o ?? {}, ([value, at]) => ({ value, at: read(at) })),
    journeys: packed.j ?? {},
    waits: packed.w ?? {},
    decisions: mapValues(packed.d ?? {}, ([placement, offer, stage, at, until, exposed, on]) => ({
      placement,
      offer,
      stage,
      at: read(at),
      until: read(until),
      exposed: exposed === 1,
      on,
    })),
    goals: mapValues(packed.y ?? {}, (goal) => unpackGoal(goal, read)),
    segments: mapValues(packed.m ?? {}, read),
    linked: packed.k ?? [],
    folded: { stream, through: renamed(through, '', customer), ...packed.x },
    ...(stage && { stage }),
    ...(risk && { churn: unpackRisk(risk) }),
    ...(silence && { silence }),
    ...(nextReview !== undefined && { nextReview }),
  };
}
