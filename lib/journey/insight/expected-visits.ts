import { durationMs, hourMs } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { nextSteps } from '../definition/graph.ts';
import { type Step } from '../definition/step.ts';

type Steps = Pick<JourneyDefinition, 'steps'>;

/**
 * Assumption on waits for a touchpoint or a person: half are answered, on average after half of the
 * timeout.
 */
const assumedResponse = { share: 0.5, after: 0.5 };

/** Maximum number of loop rounds followed in one estimate. Further rounds are not taken. */
const maxRounds = 20_000;

/** A next step, and the share of visits that take it. */
type Share = readonly [target: string, share: number];

const evenShares = (targets: string[], of = 1): Share[] =>
  targets.map((target) => [target, of / targets.length] as const);

function sharesByWeight(paths: { weight: number; next: string }[]): Share[] {
  const total = paths.reduce((sum, { weight }) => sum + weight, 0);
  return paths.map(({ weight, next }) => [next, weight / total] as const);
}

const responseShares = (responses: string[], onTimeout: string): Share[] => [
  ...evenShares(responses, assumedResponse.share),
  [onTimeout, 1 - assumedResponse.share],
];

/**
 * Returns the assumed shares of a step's next steps: by weights where it has them,
 * `assumedResponse` for waits, else evenly. No step fails. For a `goTo` it is the step after the
 * loop.
 */
function branchProbabilities(step: Step): Share[] {
  switch (step.kind) {
    case 'exit':
      return [];
    case 'branch':
      return evenShares([...step.cases.map(({ next }) => next), step.otherwise]);
    case 'randomSplit':
      return sharesByWeight(step.paths);
    case 'experiment':
      return sharesByWeight([...step.variants, ...(step.holdout ? [step.holdout] : [])]);
    case 'waitForEvent':
      return responseShares([step.next, ...(step.or ?? []).map(({ next }) => next)], step.onTimeout);
    case 'humanTask':
      return responseShares(Object.values(step.answers), step.onTimeout);
    default:
      return [[step.next, 1]];
  }
}

/** Mean share of the timeout that a wait lasts, under `assumedResponse`. */
export const assumedWaitShare = 1 - assumedResponse.share + assumedResponse.share * assumedResponse.after;

/** Returns the assumed mean length of a wait, ms. Infinity for a date. */
export function estimateMeanWait(step: Extract<Step, { kind: 'wait' }>): number {
  if (step.for !== undefined) return durationMs(step.for);
  if (step.between) return step.between.map(durationMs).reduce((sum, ms) => sum + ms, 0) / 2;
  if (step.untilLocal) return step.untilLocal.weekdays ? 84 * hourMs : 12 * hourMs;
  return Infinity;
}

/** Returns the steps in topological order, loops of `goTo` left out. */
function sortTopologically({ steps }: Steps): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (id: string): void => {
    const step = steps[id];
    if (!step || seen.has(id)) return;
    seen.add(id);
    for (const target of nextSteps(step)) visit(target);
    order.push(id);
  };
  for (const id of Object.keys(steps)) visit(id);
  return order.reverse();
}

/**
 * Visits that continue together: their number, their step, and the rounds that each loop has taken.
 */
interface Cohort {
  at: string;
  n: number;
  rounds: Record<string, number>;
}

/**
 * An estimate under way. `cohorts` are those that are still to be followed, by place and rounds.
 */
interface Estimate {
  steps: JourneyDefinition['steps'];
  cohorts: Map<string, Cohort>;
  /** Rounds that may still be followed. */
  roundsLeft: number;
}

/**
 * Adds visits of a `goTo` to the cohort at its target. Returns false for other steps, and if the
 * loop has reached its limit.
 */
function followLoop({ steps, cohorts, roundsLeft }: Estimate, id: string, { n, rounds }: Omit<Cohort, 'at'>): boolean {
  const step = steps[id];
  const taken = rounds[id] ?? 0;
  if (step?.kind !== 'goTo' || taken >= step.limit || roundsLeft <= 0) return false;
  const next = { ...rounds, [id]: taken + 1 };
  const name = JSON.stringify([step.to, Object.entries(next).sort()]);
  cohorts.set(name, { at: step.to, n: n + (cohorts.get(name)?.n ?? 0), rounds: next });
  return true;
}

/** Follows a cohort along all paths, and adds its visits. */
function followCohort(
  estimate: Estimate,
  { at, n: size, rounds }: Cohort,
  { order, visits }: { order: string[]; visits: Map<string, number> },
): void {
  const here = new Map([[at, size]]);
  for (const id of order) {
    const n = here.get(id) ?? 0;
    const step = estimate.steps[id];
    if (n === 0 || !step) continue;
    visits.set(id, (visits.get(id) ?? 0) + n);
    if (followLoop(estimate, id, { n, rounds })) continue;
    for (const [target, share] of branchProbabilities(step)) here.set(target, (here.get(target) ?? 0) + n * share);
  }
}

/**
 * Returns the expected number of visits of each step for one entry. The definition must be valid.
 */
export function estimateVisits({ start, steps }: Pick<JourneyDefinition, 'start' | 'steps'>): Map<string, number> {
  const order = sortTopologically({ steps });
  const visits = new Map<string, number>();
  const cohorts = new Map<string, Cohort>([['', { at: start, n: 1, rounds: {} }]]);
  const estimate: Estimate = { steps, cohorts, roundsLeft: maxRounds };
  // Loops add cohorts, which the iteration visits too.
  for (const [name, cohort] of cohorts) {
    cohorts.delete(name);
    estimate.roundsLeft--;
    followCohort(estimate, cohort, { order, visits });
  }
  return visits;
}
