import { type Json } from '#lib/shared/json.ts';
import { type Placement } from '#lib/decision/placements/placement.ts';
import { SendChannel, type Workspace } from '#lib/model/workspace.ts';
import { goalId, addGoals } from '#lib/profile/facts/open-goals.ts';
import { matches } from '#lib/predicate/evaluate.ts';
import { addDuration, dayMs, hourMs, type Instant } from '#lib/shared/time.ts';
import { deterministicId } from '#lib/shared/ids.ts';
import { compact } from '#lib/shared/records.ts';
import { interpolateJson } from '../../messaging/render-template.ts';
import { decideSend } from '../../messaging/decide-send.ts';
import { type Step, type StepOf } from '../../definition/step.ts';
import { type StepCall } from '../../execution/step-call.ts';
import { type ExecutionInput } from '../../enrolment/execution-input.ts';
import { templateValues } from '../../steps/template-values.ts';
import { bucketIn, goalsOf, variantName, chooseVariant } from '../../steps/assign/choose-variant.ts';
import { resolveWaitUntil } from '../../steps/wait/wait-until.ts';
import { type SimulatedCustomer } from '../customers/simulated-customer.ts';
import { type Population } from '../customers/population.ts';
import { type SatisfyingTouchpoint } from '../customers/satisfying-touchpoints.ts';

/** A touchpoint that a simulated customer will make. */
export type PlannedTouchpoint = SatisfyingTouchpoint;

/** The result of a step, and its effects outside of the execution. */
export interface StepAnswer {
  result: Json;
  /** How a visit of a send step ended. */
  sent?: { status: 'sent' | 'skipped' | 'deferred'; reason?: string };
  /**
   * The variant assigned to the customer. Missing if the enrolment was counted for the experiment
   * before.
   */
  variant?: string;
  /** Touchpoints that the customer makes in response. `at` in epoch ms. */
  touchpoints?: { at: number; touchpoint: PlannedTouchpoint }[];
  /** When a person answers the task, in epoch ms, and the result for its token. */
  taskAnswer?: { at: number; result: Json };
  /**
   * When the execution continues after a suspension, in epoch ms, and what changes in its input.
   */
  continuation?: { at: number; input: Pick<ExecutionInput, 'vars' | 'run'> };
}

/** The simulated world in which a step is answered. */
export interface StepAnswerContext {
  customer: SimulatedCustomer;
  workspace: Workspace;
  placements: readonly Placement[];
  population: Population;
  /** Touchpoints that the journey waits for or counts. A responding customer makes one of them. */
  possibleTouchpoints: readonly SatisfyingTouchpoint[];
  now: Instant;
}

type Answer<Kind extends Step['kind']> = (call: StepCall, step: StepOf<Kind>, by: StepAnswerContext) => StepAnswer;

const exponential = (random: () => number, mean: number): number => -mean * Math.log(1 - random());

/** Maximum number of messages kept per customer for frequency caps. */
const maxContacts = 100;

const allChannels = new Set(SendChannel.options);

/** Draws whether the customer responds to a message, with which touchpoint and when. */
function drawResponse(channel: SendChannel, by: StepAnswerContext): StepAnswer['touchpoints'] {
  const { customer, population, possibleTouchpoints, now } = by;
  const { random } = customer.person;
  const responds = random() < (population.responds[channel] ?? 0);
  const touchpoint = possibleTouchpoints[Math.floor(random() * possibleTouchpoints.length)];
  const at = Date.parse(now) + exponential(random, 10 * hourMs);
  return responds && touchpoint ? [{ at, touchpoint }] : undefined;
}

/** Decides as in production. All channels have a provider, and each delivery succeeds. */
const send: Answer<'send'> = (call, step, by) => {
  const { customer, workspace, now } = by;
  const { enrolmentId, run } = call.enrolment;
  const { profile, contacts } = customer;
  const pausedSince = run.held?.stepId === call.stepId && { heldSince: run.held.since };
  const facts = { step, enrolmentId, profile, workspace, hours: call.hours, channels: allChannels, contacts, now };
  const decision = decideSend({ ...facts, ...pausedSince });
  if (decision.action === 'defer')
    return { result: { status: 'deferred', until: decision.until }, sent: { status: 'deferred' } };
  if (decision.action === 'skip') {
    const skipped = { status: 'skipped', reason: decision.reason } as const;
    return { result: skipped, sent: skipped };
  }
  customer.contacts = [...contacts, { at: now, channel: step.channel, purpose: step.purpose }].slice(-maxContacts);
  const touchpoints = drawResponse(step.channel, by);
  return { result: { status: 'sent' }, sent: { status: 'sent' }, ...compact({ touchpoints }) };
};

const wait: Answer<'wait'> = (call, step, { customer: { profile }, workspace }) => {
  const { enteredAt: now, since = now } = call;
  const { because: _because, ...end } = resolveWaitUntil(step, { profile, workspace, now, since });
  return { result: end };
};

const waitForEvent: Answer<'waitForEvent'> = (call, step, { customer }) => {
  const { stepId, occurrence, enteredAt: since, token = '' } = call;
  const { enrolmentId } = call.enrolment;
  const waitId = deterministicId('wait', enrolmentId, stepId, occurrence);
  const or = (step.or ?? []).map(({ on }) => on);
  const until = addDuration(since, step.timeout);
  const waiting = { enrolmentId, on: step.on, ...(or.length > 0 && { or }), since, until };
  customer.profile = { ...customer.profile, waits: { ...customer.profile.waits, [waitId]: waiting } };
  customer.tokens.set(waitId, token);
  return { result: { status: 'waiting' } };
};

const branch: Answer<'branch'> = (_call, { cases }, { customer: { profile }, now }) => ({
  result: { case: cases.findIndex(({ when }) => matches(when, { profile, now })) },
});

/**
 * Draws an offer of the placement evenly. A simulation does not use what was learnt from earlier
 * decisions.
 */
const decide: Answer<'decide'> = (call, { placement }, { customer, placements }) => {
  const offers = placements.find(({ id }) => id === placement)?.offers ?? [];
  const offer = offers[Math.floor(customer.person.random() * offers.length)];
  const decisionId = deterministicId('decision', call.enrolment.enrolmentId, call.stepId, call.occurrence);
  return { result: { decisionId, placement, propensity: 1, id: offer?.id ?? '', content: offer?.content ?? {} } };
};

const updateProfile: Answer<'updateProfile'> = (call, { traits }, { customer, now }) => {
  const values = templateValues(call, customer.profile);
  const updated = Object.entries(traits).map(
    ([name, value]) => [name, { value: interpolateJson(value, values), at: now }] as const,
  );
  customer.profile = { ...customer.profile, traits: { ...customer.profile.traits, ...Object.fromEntries(updated) } };
  return { result: { status: 'updated' } };
};

const experiment: Answer<'experiment'> = (call, step, { customer, now }) => {
  const { stepId } = call;
  const { enrolmentId, journeyId, version, splits } = call.enrolment;
  const index = chooseVariant(step, { stepId, bucket: bucketIn(splits, stepId), record: undefined });
  const variant = variantName(step, index);
  const goals = goalsOf(step, { enrolmentId, journeyId, version, stepId, variant, at: now });
  const known = goals.some((goal) => Object.hasOwn(customer.profile.goals, goalId(goal)));
  customer.profile = addGoals(customer.profile, goals);
  return { result: { variant: index }, ...(!known && { variant }) };
};

const humanTask: Answer<'humanTask'> = (call, step, { customer, population }) => {
  const { random } = customer.person;
  if (random() >= population.answers) return { result: { status: 'waiting' } };
  const answers = Object.keys(step.answers);
  const answer = answers[Math.floor(random() * answers.length)] ?? '';
  const at = Date.parse(call.enteredAt) + exponential(random, dayMs);
  return { result: { status: 'waiting' }, taskAnswer: { at, result: { answer } } };
};

const emitted: StepAnswer = { result: { status: 'emitted' } };

const answers: { [Kind in Step['kind']]: Answer<Kind> } = {
  send,
  wait,
  waitForEvent,
  branch,
  decide,
  updateProfile,
  experiment,
  humanTask,
  emitEvent: () => emitted,
  startJourney: () => emitted,
  webhook: () => ({ result: { status: 200, body: {} } }),
  // The interpreter runs these steps without a function. The rows make the table complete.
  randomSplit: () => emitted,
  goTo: () => emitted,
  exit: () => emitted,
};

/**
 * Answers a call that suspends the execution: it ends now, and the next segment starts at `until`.
 */
function suspend({ enrolment, vars }: StepCall, { until, at }: { until: string; at: string }): StepAnswer {
  const run = { ...enrolment.run, leg: enrolment.run.leg + 1, at };
  return { result: { status: 'parked' }, continuation: { at: Date.parse(until), input: { vars, run } } };
}

type Row = (call: StepCall, step: Step, by: StepAnswerContext) => StepAnswer;

/**
 * Returns what the step's function would return in production. Decisions use the production code.
 * Effects change the simulated customer only.
 */
export function answerStep(call: StepCall, by: StepAnswerContext): StepAnswer {
  const { step, until, at } = call;
  if (until !== undefined && at !== undefined) return suspend(call, { until, at });
  if (step.kind === 'hold') return { result: {} };
  const answer = answers[step.kind] as Row; // the table's rows are complete over `kind`, which a look-up by a union cannot show
  return answer(call, step, by);
}
