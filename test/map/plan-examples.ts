import fc from 'fast-check';
import { type Plan, planPartsOf } from '../../lib/map/planned-map.ts';

export const t = (touchpoint: string): Plan => ({ touchpoint });

export const lettersOf = (word: string): string[] => Array.from(word);

/** Names one letter each: `abc` is a, then b, then c. */
export const inOrder = (letters: string): Plan => ({ sequence: lettersOf(letters).map(t) });

/** Small plans of every operator over a, b and c. */
export const aPlan: fc.Arbitrary<Plan> = fc.letrec<{ plan: Plan; leaf: Plan }>((tie) => ({
  leaf: fc.constantFrom('a', 'b', 'c').map(t),
  plan: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('plan'), { minLength: 1, maxLength: 3 }).map((sequence) => ({ sequence })),
    fc.array(tie('plan'), { minLength: 1, maxLength: 3 }).map((choice) => ({ choice })),
    fc.array(tie('leaf'), { minLength: 2, maxLength: 3 }).map((parallel) => ({ parallel })),
    fc.tuple(tie('plan'), tie('plan')).map((parallel) => ({ parallel })),
    tie('plan').map((optional) => ({ optional })),
    tie('plan').map((loop) => ({ loop })),
    fc.tuple(tie('plan'), tie('plan')).map(([loop, again]) => ({ loop, again })),
  ),
})).plan;

export function leavesOf(plan: Plan): number {
  return 'touchpoint' in plan ? 1 : planPartsOf(plan).reduce((sum, part) => sum + leavesOf(part.plan), 0);
}

const shuffles = (a: string, b: string): string[] =>
  a === '' || b === ''
    ? [a + b]
    : [
        ...shuffles(a.slice(1), b).map((rest) => a.charAt(0) + rest),
        ...shuffles(a, b.slice(1)).map((rest) => b.charAt(0) + rest),
      ];

/** Every way to walk a plan of one-letter names in at most `longest` touchpoints, by writing them all down. */
export function walks(plan: Plan, longest: number): Set<string> {
  const short = (all: string[]): Set<string> => new Set(all.filter((walk) => walk.length <= longest));
  const after = (before: Set<string>, next: Set<string>): Set<string> =>
    short([...before].flatMap((walk) => [...next].map((more) => walk + more)));
  if ('touchpoint' in plan) return short([plan.touchpoint]);
  if ('optional' in plan) return new Set(['', ...walks(plan.optional, longest)]);
  if ('loop' in plan) {
    const body = walks(plan.loop, longest);
    const round = after(plan.again ? walks(plan.again, longest) : new Set(['']), body);
    let all = body;
    for (let size = -1; size < all.size;) {
      size = all.size;
      all = new Set([...all, ...after(all, round)]);
    }
    return all;
  }
  const parts = planPartsOf(plan).map((part) => walks(part.plan, longest));
  if ('choice' in plan) return new Set(parts.flatMap((part) => [...part]));
  if ('sequence' in plan) return parts.reduce(after);
  return parts.reduce((a, b) => short([...a].flatMap((left) => [...b].flatMap((right) => shuffles(left, right)))));
}
