import { type Plan, partsOf } from '../../map/plan.ts';

/** A touchpoint of the plan: its place in the document, its name, and the number of that name. */
export interface Leaf {
  place: string;
  name: string;
  label: number;
}

/** Something the plan allows next, and what is left of the plan after it. */
export interface Ahead {
  leaf: Leaf;
  rest: Rest;
}

type Shape =
  | { kind: 'done' }
  | { kind: 'leaf'; leaf: Leaf }
  | { kind: 'then'; first: Rest; rest: Rest }
  | { kind: 'choice' | 'parallel'; of: Rest[] }
  | { kind: 'loop' | 'looped'; body: Rest; again: Rest };

/** Counts from here to an end of the plan, per name: at least, at most (`Infinity` inside loops). */
interface Counts {
  least: Float64Array;
  most: Float64Array;
  shortest: number;
  longest: number;
}

/** What is left of a plan. Equal rests are one object, so that they can be told apart by `id`. */
export interface Rest {
  id: number;
  shape: Shape;
  mayEnd: boolean;
  counts: Counts;
  ahead?: Ahead[];
}

function keyOf(shape: Shape): string {
  if (shape.kind === 'done') return 'd';
  if (shape.kind === 'leaf') return `t${shape.leaf.place}`;
  if (shape.kind === 'then') return `s${shape.first.id},${shape.rest.id}`;
  return 'of' in shape
    ? `${shape.kind}${shape.of.map(({ id }) => id).join()}`
    : `${shape.kind}${shape.body.id},${shape.again.id}`;
}

function mayEnd(shape: Shape): boolean {
  if (shape.kind === 'done' || shape.kind === 'looped') return true;
  if (shape.kind === 'leaf') return false;
  if (shape.kind === 'then') return shape.first.mayEnd && shape.rest.mayEnd;
  if (shape.kind === 'loop') return shape.body.mayEnd;
  return shape.kind === 'choice' ? shape.of.some((one) => one.mayEnd) : shape.of.every((one) => one.mayEnd);
}

const none = (labels: number): Counts => ({
  least: new Float64Array(labels),
  most: new Float64Array(labels),
  shortest: 0,
  longest: 0,
});

function combined(a: Counts, b: Counts, how: [(x: number, y: number) => number, (x: number, y: number) => number]): Counts {
  const [low, high] = how;
  return {
    least: a.least.map((count, label) => low(count, b.least[label] ?? 0)),
    most: a.most.map((count, label) => high(count, b.most[label] ?? 0)),
    shortest: low(a.shortest, b.shortest),
    longest: high(a.longest, b.longest),
  };
}

const sum = (x: number, y: number): number => x + y;
const all = (parts: Rest[], labels: number): Counts =>
  parts.reduce((counts, part) => combined(counts, part.counts, [sum, sum]), none(labels));

function countsOf(shape: Shape, labels: number): Counts {
  if (shape.kind === 'done') return none(labels);
  if (shape.kind === 'leaf') {
    const one = new Float64Array(labels);
    one[shape.leaf.label] = 1;
    return { least: one, most: one, shortest: 1, longest: 1 };
  }
  if (shape.kind === 'then') return all([shape.first, shape.rest], labels);
  if (shape.kind === 'parallel') return all(shape.of, labels);
  if (shape.kind === 'choice')
    return shape.of.map(({ counts }) => counts).reduce((a, b) => combined(a, b, [Math.min, Math.max]));
  const round = all([shape.body, shape.again], labels);
  const endless = (count: number): number => (count > 0 ? Infinity : 0);
  const least = shape.kind === 'loop' ? shape.body.counts : none(labels);
  return { ...least, most: round.most.map(endless), longest: endless(round.longest) };
}

/**
 * A plan as an automaton without silent steps, built as far as it is walked: its states are what is left of the plan, as Brzozowski's
 * and Antimirov's derivatives of regular expressions are ("Partial derivatives of regular expressions and finite automaton
 * constructions", Antimirov 1996). There are finitely many; only parallel parts multiply them.
 */
export function restsOf(plan: Plan): { start: Rest; labels: Map<string, number>; size(): number } {
  const labels = new Map<string, number>();
  const known = new Map<string, Rest>();

  const nameLabels = (part: Plan): void => {
    if ('touchpoint' in part && !labels.has(part.touchpoint)) labels.set(part.touchpoint, labels.size);
    for (const below of partsOf(part)) nameLabels(below.plan);
  };
  nameLabels(plan);

  function rest(shape: Shape): Rest {
    const key = keyOf(shape);
    const found = known.get(key);
    if (found) return found;
    const made = { id: known.size, shape, mayEnd: mayEnd(shape), counts: countsOf(shape, labels.size) };
    known.set(key, made);
    return made;
  }

  const done = rest({ kind: 'done' });

  function then(first: Rest, next: Rest): Rest {
    if (first === done) return next;
    if (next === done) return first;
    return first.shape.kind === 'then'
      ? then(first.shape.first, then(first.shape.rest, next))
      : rest({ kind: 'then', first, rest: next });
  }

  function parallel(parts: Rest[]): Rest {
    const of = parts.filter((part) => part !== done);
    const [only = done, ...others] = of;
    return others.length === 0 ? only : rest({ kind: 'parallel', of });
  }

  function made(part: Plan, place: string): Rest {
    if ('touchpoint' in part) {
      const { touchpoint: name } = part;
      return rest({ kind: 'leaf', leaf: { place, name, label: labels.get(name) ?? 0 } });
    }
    const below = partsOf(part, place).map((inner) => made(inner.plan, inner.place));
    if ('sequence' in part) return below.reduceRight((after, before) => then(before, after), done);
    if ('parallel' in part) return parallel(below);
    if ('choice' in part) return rest({ kind: 'choice', of: below });
    const [body = done, again = done] = below;
    return 'optional' in part ? rest({ kind: 'choice', of: [body, done] }) : rest({ kind: 'loop', body, again });
  }

  const into = (first: Rest, next: Rest): Ahead[] =>
    aheadOf(first).map((ahead) => ({ leaf: ahead.leaf, rest: then(ahead.rest, next) }));

  /** After a round: another one, begun by `again`, or at once where `again` may be nothing. */
  function nextRound(body: Rest, again: Rest): Ahead[] {
    const looped = rest({ kind: 'looped', body, again });
    return [...into(again, rest({ kind: 'loop', body, again })), ...(again.mayEnd ? into(body, looped) : [])];
  }

  function walked(shape: Shape): Ahead[] {
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

  function aheadOf(from: Rest): Ahead[] {
    return (from.ahead ??= distinct(walked(from.shape)));
  }

  return { start: withAhead(made(plan, '')), labels, size: () => known.size };
}
