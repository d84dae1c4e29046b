import { type Plan, planPartsOf } from '../../map/planned-map.ts';
import {
  type NextTouchpoint,
  type RemainingPlan,
  type RemainingShape,
  stepCountsOf,
  remainingPlanKey,
  mayEnd,
} from './remaining-plan.ts';

/** A plan as an automaton. Its states are what is left of the plan. */
export interface Automaton {
  start: RemainingPlan;
  /** The plan's names, numbered as they appear. */
  labels: ReadonlyMap<string, number>;
  /** Returns the touchpoints that may come next, each with the state behind it. */
  aheadOf(rest: RemainingPlan): readonly NextTouchpoint[];
  /** Returns how many states were built so far. */
  size(): number;
}

/** The states built so far, by their shape. Equal shapes are one state. */
interface StateTable {
  labels: ReadonlyMap<string, number>;
  byKey: Map<string, RemainingPlan>;
}

/** The states and their transitions. `done` is the state behind the end of the plan. */
interface States extends StateTable {
  done: RemainingPlan;
  ahead: Map<RemainingPlan, NextTouchpoint[]>;
}

function numberLabels(plan: Plan, labels = new Map<string, number>()): Map<string, number> {
  if ('touchpoint' in plan && !labels.has(plan.touchpoint)) labels.set(plan.touchpoint, labels.size);
  for (const part of planPartsOf(plan)) numberLabels(part.plan, labels);
  return labels;
}

/** Returns the state of a shape. Builds it if it is new. */
function stateOf({ byKey, labels }: StateTable, shape: RemainingShape): RemainingPlan {
  const key = remainingPlanKey(shape);
  const found = byKey.get(key);
  if (found) return found;
  const state = { id: byKey.size, shape, mayEnd: mayEnd(shape), counts: stepCountsOf(shape, labels.size) };
  byKey.set(key, state);
  return state;
}

function createStates(plan: Plan): States {
  const table = { labels: numberLabels(plan), byKey: new Map<string, RemainingPlan>() };
  return { ...table, done: stateOf(table, { kind: 'done' }), ahead: new Map() };
}

function sequenceOf(states: States, first: RemainingPlan, next: RemainingPlan): RemainingPlan {
  const { done } = states;
  if (first === done) return next;
  if (next === done) return first;
  return first.shape.kind === 'then'
    ? sequenceOf(states, first.shape.first, sequenceOf(states, first.shape.rest, next))
    : stateOf(states, { kind: 'then', first, rest: next });
}

function parallelOf(states: States, parts: RemainingPlan[]): RemainingPlan {
  const of = parts.filter((part) => part !== states.done);
  const [only = states.done, ...others] = of;
  return others.length === 0 ? only : stateOf(states, { kind: 'parallel', of });
}

/** Returns the state at the start of a part of the plan. */
function startOf(states: States, part: Plan, place: string): RemainingPlan {
  const { done, labels } = states;
  if ('touchpoint' in part) {
    const { touchpoint: name } = part;
    return stateOf(states, { kind: 'leaf', leaf: { place, name, label: labels.get(name) ?? 0 } });
  }
  const below = planPartsOf(part, place).map((inner) => startOf(states, inner.plan, inner.place));
  if ('sequence' in part) return below.reduceRight((after, before) => sequenceOf(states, before, after), done);
  if ('parallel' in part) return parallelOf(states, below);
  if ('choice' in part) return stateOf(states, { kind: 'choice', of: below });
  const [body = done, again = done] = below;
  const shape: RemainingShape =
    'optional' in part ? { kind: 'choice', of: [body, done] } : { kind: 'loop', body, again };
  return stateOf(states, shape);
}

/** Returns the transitions of `first`, each followed by `next`. */
const aheadThen = (states: States, first: RemainingPlan, next: RemainingPlan): NextTouchpoint[] =>
  aheadOf(states, first).map(({ leaf, rest }) => ({ leaf, rest: sequenceOf(states, rest, next) }));

type LoopShape = Pick<Extract<RemainingShape, { kind: 'loop' }>, 'body' | 'again'>;

/**
 * Returns the transitions behind a round of a loop. `again` begins another round, which begins at
 * once if `again` may be nothing.
 */
function nextRound(states: States, { body, again }: LoopShape): NextTouchpoint[] {
  const looped = stateOf(states, { kind: 'looped', body, again });
  const loop = stateOf(states, { kind: 'loop', body, again });
  return [...aheadThen(states, again, loop), ...(again.mayEnd ? aheadThen(states, body, looped) : [])];
}

type ShapeOf<Kind extends RemainingShape['kind']> = Extract<RemainingShape, { kind: Kind }>;

/** The transitions of each shape of a state. */
const transitionsOf: {
  readonly [Kind in RemainingShape['kind']]: (states: States, shape: ShapeOf<Kind>) => NextTouchpoint[];
} = {
  done: () => [],
  leaf: ({ done }, { leaf }) => [{ leaf, rest: done }],
  then: (states, { first, rest }) => [
    ...aheadThen(states, first, rest),
    ...(first.mayEnd ? aheadOf(states, rest) : []),
  ],
  choice: (states, { of }) => of.flatMap((part) => aheadOf(states, part)),
  parallel: (states, { of }) =>
    of.flatMap((part, i) =>
      aheadOf(states, part).map(({ leaf, rest }) => ({ leaf, rest: parallelOf(states, of.with(i, rest)) })),
    ),
  looped: nextRound,
  loop: (states, { body, again }) => [
    ...aheadThen(states, body, stateOf(states, { kind: 'looped', body, again })),
    ...(body.mayEnd ? nextRound(states, { body, again }) : []),
  ],
};

function aheadOf(states: States, from: RemainingPlan): NextTouchpoint[] {
  const found = states.ahead.get(from);
  if (found) return found;
  // An index by a union loses the pairing of kind and shape.
  const transitions = transitionsOf[from.shape.kind] as (states: States, shape: RemainingShape) => NextTouchpoint[];
  const ahead = transitions(states, from.shape);
  states.ahead.set(from, ahead);
  return ahead;
}

/**
 * Returns a plan as an automaton without silent steps, built as far as it is walked. Its states are
 * what is left of the plan, like the derivatives of regular expressions (Antimirov, "Partial
 * derivatives of regular expressions and finite automaton constructions", 1996). Their number is
 * finite; only parallel parts multiply them.
 */
export function automatonOf(plan: Plan): Automaton {
  const states = createStates(plan);
  return {
    start: startOf(states, plan, ''),
    labels: states.labels,
    aheadOf: (rest) => aheadOf(states, rest),
    size: () => states.byKey.size,
  };
}
