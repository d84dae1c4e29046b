import { type Plan, planPartsOf } from '../../map/planned-map.ts';
import {
  type NextTouchpoint,
  type RemainingPlan,
  type RemainingShape,
  stepCountsOf,
  remainingPlanKey,
  mayEnd,
} from './remaining-plan.ts';

export interface Automaton {
  start: RemainingPlan;
  /** The plan's names, numbered as they appear. */
  labels: ReadonlyMap<string, number>;
  /** What may come next. */
  aheadOf(rest: RemainingPlan): readonly NextTouchpoint[];
  /** How many rests were made so far. */
  size(): number;
}

/**
 * A plan as an automaton without silent steps, built as far as it is walked: its states are what is left of the plan, as Brzozowski's
 * and Antimirov's derivatives of regular expressions are ("Partial derivatives of regular expressions and finite automaton
 * constructions", Antimirov 1996). There are finitely many; only parallel parts multiply them.
 */
export function automatonOf(plan: Plan): Automaton {
  const labels = new Map<string, number>();
  const known = new Map<string, RemainingPlan>();
  const walkedBefore = new Map<RemainingPlan, NextTouchpoint[]>();

  const nameLabels = (part: Plan): void => {
    if ('touchpoint' in part && !labels.has(part.touchpoint)) labels.set(part.touchpoint, labels.size);
    for (const below of planPartsOf(part)) nameLabels(below.plan);
  };
  nameLabels(plan);

  function rest(shape: RemainingShape): RemainingPlan {
    const key = remainingPlanKey(shape);
    const found = known.get(key);
    if (found) return found;
    const made = { id: known.size, shape, mayEnd: mayEnd(shape), counts: stepCountsOf(shape, labels.size) };
    known.set(key, made);
    return made;
  }

  const done = rest({ kind: 'done' });

  function then(first: RemainingPlan, next: RemainingPlan): RemainingPlan {
    if (first === done) return next;
    if (next === done) return first;
    return first.shape.kind === 'then'
      ? then(first.shape.first, then(first.shape.rest, next))
      : rest({ kind: 'then', first, rest: next });
  }

  function parallel(parts: RemainingPlan[]): RemainingPlan {
    const of = parts.filter((part) => part !== done);
    const [only = done, ...others] = of;
    return others.length === 0 ? only : rest({ kind: 'parallel', of });
  }

  function made(part: Plan, place: string): RemainingPlan {
    if ('touchpoint' in part) {
      const { touchpoint: name } = part;
      return rest({ kind: 'leaf', leaf: { place, name, label: labels.get(name) ?? 0 } });
    }
    const below = planPartsOf(part, place).map((inner) => made(inner.plan, inner.place));
    if ('sequence' in part) return below.reduceRight((after, before) => then(before, after), done);
    if ('parallel' in part) return parallel(below);
    if ('choice' in part) return rest({ kind: 'choice', of: below });
    const [body = done, again = done] = below;
    return 'optional' in part ? rest({ kind: 'choice', of: [body, done] }) : rest({ kind: 'loop', body, again });
  }

  const into = (first: RemainingPlan, next: RemainingPlan): NextTouchpoint[] =>
    aheadOf(first).map((ahead) => ({ leaf: ahead.leaf, rest: then(ahead.rest, next) }));

  /** After a round: another one, begun by `again`, or at once where `again` may be nothing. */
  function nextRound(body: RemainingPlan, again: RemainingPlan): NextTouchpoint[] {
    const looped = rest({ kind: 'looped', body, again });
    return [...into(again, rest({ kind: 'loop', body, again })), ...(again.mayEnd ? into(body, looped) : [])];
  }

  function walked(shape: RemainingShape): NextTouchpoint[] {
    if (shape.kind === 'done') return [];
    if (shape.kind === 'leaf') return [{ leaf: shape.leaf, rest: done }];
    if (shape.kind === 'then')
      return [...into(shape.first, shape.rest), ...(shape.first.mayEnd ? aheadOf(shape.rest) : [])];
    if (shape.kind === 'choice') return shape.of.flatMap(aheadOf);
    if (shape.kind === 'parallel')
      return shape.of.flatMap((one, i) =>
        aheadOf(one).map(({ leaf, rest: left }) => ({ leaf, rest: parallel(shape.of.with(i, left)) })),
      );
    const { body, again } = shape;
    if (shape.kind === 'looped') return nextRound(body, again);
    return [...into(body, rest({ ...shape, kind: 'looped' })), ...(body.mayEnd ? nextRound(body, again) : [])];
  }

  function aheadOf(from: RemainingPlan): NextTouchpoint[] {
    const found = walkedBefore.get(from);
    if (found) return found;
    const ahead = walked(from.shape);
    walkedBefore.set(from, ahead);
    return ahead;
  }

  return { start: made(plan, ''), labels, aheadOf, size: () => known.size };
}
