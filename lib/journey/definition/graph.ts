import { type JourneyDefinition } from './journey-definition.ts';
import { type Step, type StepOf } from './step.ts';

/** An edge of a step: its place in the step's definition, and the target step. */
export type Transition = readonly [place: string, target: string];

const onward = (step: { next: string }): Transition[] => [['next', step.next]];
const withError = (step: { next: string; onError?: string | undefined }): Transition[] => [
  ...onward(step),
  ...(step.onError === undefined ? [] : [['onError', step.onError] as const]),
];

/** Outgoing edges by step kind. */
const edges: { [Kind in Step['kind']]: (step: StepOf<Kind>) => Transition[] } = {
  send: withError,
  wait: (step) => [...onward(step), ...(step.onMissing === undefined ? [] : [['onMissing', step.onMissing] as const])],
  waitForEvent: (step) => [
    ...onward(step),
    ...(step.or ?? []).map((one, i): Transition => [`or.${i}.next`, one.next]),
    ['onTimeout', step.onTimeout],
  ],
  branch: (step) => [
    ...step.cases.map((one, i): Transition => [`cases.${i}.next`, one.next]),
    ['otherwise', step.otherwise],
  ],
  randomSplit: (step) => step.paths.map((path, i): Transition => [`paths.${i}.next`, path.next]),
  experiment: (step) => [
    ...step.variants.map((variant, i): Transition => [`variants.${i}.next`, variant.next]),
    ...(step.holdout ? [['holdout.next', step.holdout.next] as const] : []),
  ],
  decide: withError,
  updateProfile: withError,
  emitEvent: withError,
  webhook: withError,
  startJourney: withError,
  humanTask: (step) => [
    ...Object.entries(step.answers).map(([answer, target]): Transition => [`answers.${answer}`, target]),
    ['onTimeout', step.onTimeout],
  ],
  goTo: (step) => [['to', step.to], ...onward(step)],
  exit: () => [],
};

/** Returns the outgoing edges of a step. */
export function outgoingTransitions<Kind extends Step['kind']>(step: StepOf<Kind>): Transition[] {
  return edges[step.kind](step);
}

/** Returns the next steps, without the target of a `goTo`. Other edges must not form a loop. */
export function nextSteps(step: Step): string[] {
  return step.kind === 'goTo' ? [step.next] : outgoingTransitions(step).map(([, target]) => target);
}

/** Kinds of steps that wait. */
export const timedKinds = new Set<Step['kind']>(['wait', 'waitForEvent', 'humanTask']);

/**
 * Whether a Choice follows the step in any case, so that checking the guard there costs nothing.
 */
const isGuardedAnyway = (step: Step): boolean =>
  step.kind === 'branch' || step.kind === 'experiment' || (step.kind === 'send' && step.purpose === 'marketing');

/** Kinds of steps with an effect outside. */
export const effectKinds = new Set<Step['kind']>([
  'send',
  'decide',
  'updateProfile',
  'emitEvent',
  'webhook',
  'startJourney',
]);

/**
 * Returns the steps that check whether the journey is paused or the enrolment migrates: on each
 * path the first step with an effect after a wait. The steps after it follow within seconds, so
 * they need no check.
 */
export function guardedSteps({
  steps,
  start,
  entry,
}: Pick<JourneyDefinition, 'steps' | 'start' | 'entry'>): Set<string> {
  const guarded = new Set(Object.keys(steps).filter((id) => steps[id] && isGuardedAnyway(steps[id])));
  const targetsOf = (step: Step): string[] => outgoingTransitions(step).map(([, target]) => target);
  const open = Object.values(steps).flatMap((step) => (timedKinds.has(step.kind) ? targetsOf(step) : []));
  if (entry.throttle) open.push(start);
  const seen = new Set<string>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = steps[id];
    if (!step || seen.has(id)) continue;
    seen.add(id);
    if (guarded.has(id) || timedKinds.has(step.kind)) continue;
    if (effectKinds.has(step.kind)) guarded.add(id);
    else open.push(...targetsOf(step));
  }
  return guarded;
}
