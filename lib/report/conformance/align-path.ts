import { type Alignment, type AlignmentMove } from './alignment.ts';
import { type Automaton } from './plan-automaton.ts';
import { createPriorityQueue } from './priority-queue.ts';
import { remainingOf } from './remaining-cost.ts';
import { type RemainingPlan } from './remaining-plan.ts';

/** A standing: so much of the path is walked and this is left of the plan. */
interface Standing {
  position: number;
  rest: RemainingPlan;
  cost: number;
  move?: AlignmentMove;
  from?: Standing;
}

function movesTo(end: Standing): AlignmentMove[] {
  const moves: AlignmentMove[] = [];
  for (let at: Standing | undefined = end; at?.move; at = at.from) moves.push(at.move);
  return moves.reverse();
}

/**
 * The optimal alignment of a path with a plan: the shortest way through the product of the two, by A* (Adriansyah 2014, ch. 4;
 * Carmona, van Dongen, Solti, Weidlich, "Conformance Checking", 2018, ch. 7). Stops once `limit` standings were reached; where that is
 * not enough the answer is the bound proved so far. Of several optimal alignments always the same one is found.
 */
export function alignPath(automaton: Automaton, trace: readonly string[], limit: number): Alignment {
  const { labels, atLeast } = remainingOf(trace, automaton.labels);
  const standings: Standing[] = [];
  const open = createPriorityQueue();
  const best = new Map<number, number>();
  const keyOf = ({ rest, position }: Standing): number => rest.id * (trace.length + 1) + position;

  function reach(standing: Standing): void {
    const key = keyOf(standing);
    if ((best.get(key) ?? Infinity) <= standing.cost) return;
    best.set(key, standing.cost);
    standings.push(standing);
    open.push(standings.length - 1, standing.cost + atLeast(standing.rest, standing.position));
  }

  /** Cheapest last: of equal promise the latest reached is looked at first. */
  function walk(from: Standing): void {
    const { position, rest, cost } = from;
    const ahead = automaton.aheadOf(rest);
    for (const { leaf, rest: left } of ahead) {
      const move: AlignmentMove = { kind: 'skipped', name: leaf.name, place: leaf.place };
      reach({ position, rest: left, cost: cost + 1, move, from });
    }
    const name = trace[position];
    if (name === undefined) return;
    reach({ position: position + 1, rest, cost: cost + 1, move: { kind: 'extra', name }, from });
    for (const { leaf, rest: left } of ahead)
      if (leaf.label === labels[position])
        reach({ position: position + 1, rest: left, cost, move: { kind: 'planned', name, place: leaf.place }, from });
  }

  reach({ position: 0, rest: automaton.start, cost: 0 });
  for (;;) {
    const next = open.pop();
    const standing = next && standings[next.entry];
    if (!standing) throw new Error('a plan can always be walked to its end');
    if ((best.get(keyOf(standing)) ?? 0) < standing.cost) continue;
    if (standing.position === trace.length && standing.rest.mayEnd)
      return { cost: standing.cost, moves: movesTo(standing), exact: true, work: standings.length };
    if (standings.length > limit) return { cost: next.priority, moves: [], exact: false, work: standings.length };
    walk(standing);
  }
}
