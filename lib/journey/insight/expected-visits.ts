import { durationMs } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { nextSteps } from '../definition/graph.ts';
import { type Step } from '../definition/step.ts';

type Steps = Pick<JourneyDefinition, 'steps'>;

/** Of those who wait for a touchpoint or a person, so many are answered, in so much of the time they would wait on average. */
const assumedResponse = { share: 0.5, after: 0.5 };

/** Rounds of loops, all together, that are followed one by one; in later ones nobody is led back. */
const mostRounds = 20_000;

/** A way on and the share of those who take it. */
type Share = readonly [target: string, share: number];

const evenShares = (targets: string[], of = 1): Share[] =>
  targets.map((target) => [target, of / targets.length] as const);

function weighted(ways: { weight: number; next: string }[]): Share[] {
  const total = ways.reduce((sum, { weight }) => sum + weight, 0);
  return ways.map(({ weight, next }) => [next, weight / total] as const);
}

/**
 * Where people go from a step when nothing is known of them: by their weights where there are any, half of those who wait are answered, else
 * all ways are alike. Nothing fails. Of a `goTo` the way on.
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

/** The part of a time that is waited for on average, where an answer may come earlier. */
export const assumedWaitShare = 1 - assumedResponse.share + assumedResponse.share * assumedResponse.after;

/** About how long the end of a wait is away whose length depends on the customer. Milliseconds. */
export function estimateMeanWait(step: Extract<Step, { kind: 'wait' }>): number {
  if (step.for !== undefined) return durationMs(step.for);
  if (step.between) return step.between.map(durationMs).reduce((sum, ms) => sum + ms, 0) / 2;
  if (step.untilLocal) return step.untilLocal.weekdays ? 84 * 3_600_000 : 12 * 3_600_000;
  return Infinity; // a date: as far as waits go without being parked
}

/** Steps in an order in which each comes after all that lead to it, loops aside. */
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

/** People who set out together: how many, from where, and how often each loop has led them back. */
interface Cohort {
  at: string;
  n: number;
  rounds: Record<string, number>;
}

/** How often each step is visited, for one entry, of a definition that passes the check. */
export function estimateVisits({ start, steps }: Pick<JourneyDefinition, 'start' | 'steps'>): Map<string, number> {
  const order = inOrder({ steps });
  const visits = new Map<string, number>();
  const crowds = new Map<string, Cohort>([['', { at: start, n: 1, rounds: {} }]]);
  let left = mostRounds;

  /** Those of a crowd who reach a `goTo`: set out again from where it leads, or stay and go on. */
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
