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
const mostRounds = 20_000;

/** A next step, and the share of visits that take it. */
type Share = readonly [target: string, share: number];

const evenShares = (targets: string[], of = 1): Share[] =>
  targets.map((target) => [target, of / targets.length] as const);

function weighted(ways: { weight: number; next: string }[]): Share[] {
  const total = ways.reduce((sum, { weight }) => sum + weight, 0);
  return ways.map(({ weight, next }) => [next, weight / total] as const);
}

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
      return weighted(step.paths);
    case 'experiment':
      return weighted([...step.variants, ...(step.holdout ? [step.holdout] : [])]);
    case 'waitForEvent': {
      const heard = [step.next, ...(step.or ?? []).map(({ next }) => next)];
      return [...evenShares(heard, assumedResponse.share), [step.onTimeout, 1 - assumedResponse.share]];
    }
    case 'humanTask':
      return [
        ...evenShares(Object.values(step.answers), assumedResponse.share),
        [step.onTimeout, 1 - assumedResponse.share],
      ];
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
  return Infinity; // a date: as far as waits go without being parked
}

/** Returns the steps in topological order, loops of `goTo` left out. */
function inOrder({ steps }: Steps): string[] {
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
 * Returns the expected number of visits of each step for one entry. The definition must be valid.
 */
export function estimateVisits({ start, steps }: Pick<JourneyDefinition, 'start' | 'steps'>): Map<string, number> {
  const order = inOrder({ steps });
  const visits = new Map<string, number>();
  const crowds = new Map<string, Cohort>([['', { at: start, n: 1, rounds: {} }]]);
  let left = mostRounds;

  /**
   * Adds the visits to the cohort at the target of a `goTo`. Returns false if the loop has reached
   * its limit.
   */
  function ledBack(id: string, n: number, { rounds }: Cohort): boolean {
    const step = steps[id];
    const taken = rounds[id] ?? 0;
    if (step?.kind !== 'goTo' || taken >= step.limit || left <= 0) return false;
    const next = { ...rounds, [id]: taken + 1 };
    const name = JSON.stringify([step.to, Object.entries(next).sort()]);
    const known = crowds.get(name);
    crowds.set(name, { at: step.to, n: n + (known?.n ?? 0), rounds: next });
    return true;
  }

  for (const [name, crowd] of crowds) {
    crowds.delete(name);
    left--;
    const here = new Map([[crowd.at, crowd.n]]);
    for (const id of order) {
      const n = here.get(id) ?? 0;
      const step = steps[id];
      if (n === 0 || !step) continue;
      visits.set(id, (visits.get(id) ?? 0) + n);
      if (ledBack(id, n, crowd)) continue;
      for (const [target, share] of branchProbabilities(step)) here.set(target, (here.get(target) ?? 0) + n * share);
    }
  }
  return visits;
}
