/** A touchpoint of the plan: its place in the document, its name, and the number of that name. */
export interface Leaf {
  place: string;
  name: string;
  label: number;
}

/** Something the plan allows next, and what is left of the plan after it. */
export interface NextTouchpoint {
  leaf: Leaf;
  rest: RemainingPlan;
}

export type RemainingShape =
  | { kind: 'done' }
  | { kind: 'leaf'; leaf: Leaf }
  | { kind: 'then'; first: RemainingPlan; rest: RemainingPlan }
  | { kind: 'choice'; of: RemainingPlan[] }
  | { kind: 'parallel'; of: RemainingPlan[] }
  | { kind: 'loop'; body: RemainingPlan; again: RemainingPlan }
  | { kind: 'looped'; body: RemainingPlan; again: RemainingPlan };

/** Counts from here to an end of the plan, by name: at least, at most (`Infinity` inside loops). */
export interface StepCounts {
  least: Float64Array;
  most: Float64Array;
  shortest: number;
  longest: number;
}

/** The rest of a plan. Equal rests are one object, so `id` identifies them. */
export interface RemainingPlan {
  id: number;
  shape: RemainingShape;
  mayEnd: boolean;
  counts: StepCounts;
}

/** Returns the key of a shape. Places are unique in a plan. */
export function remainingPlanKey(shape: RemainingShape): string {
  if (shape.kind === 'done') return 'd';
  if (shape.kind === 'leaf') return `t${shape.leaf.place}`;
  if (shape.kind === 'then') return `s${shape.first.id},${shape.rest.id}`;
  return 'of' in shape
    ? `${shape.kind}${shape.of.map(({ id }) => id).join()}`
    : `${shape.kind}${shape.body.id},${shape.again.id}`;
}

/** Whether nothing more is needed. */
export function mayEnd(shape: RemainingShape): boolean {
  if (shape.kind === 'done' || shape.kind === 'looped') return true;
  if (shape.kind === 'leaf') return false;
  if (shape.kind === 'then') return shape.first.mayEnd && shape.rest.mayEnd;
  if (shape.kind === 'loop') return shape.body.mayEnd;
  return shape.kind === 'choice' ? shape.of.some((one) => one.mayEnd) : shape.of.every((one) => one.mayEnd);
}

const none = (labels: number): StepCounts => ({
  least: new Float64Array(labels),
  most: new Float64Array(labels),
  shortest: 0,
  longest: 0,
});

const either = (a: StepCounts, b: StepCounts): StepCounts => ({
  least: a.least.map((count, label) => Math.min(count, b.least[label] ?? 0)),
  most: a.most.map((count, label) => Math.max(count, b.most[label] ?? 0)),
  shortest: Math.min(a.shortest, b.shortest),
  longest: Math.max(a.longest, b.longest),
});

function all(parts: RemainingPlan[], labels: number): StepCounts {
  const total = none(labels);
  for (const { counts } of parts) {
    total.shortest += counts.shortest;
    total.longest += counts.longest;
    for (let label = 0; label < labels; label++) {
      total.least[label] = (total.least[label] ?? 0) + (counts.least[label] ?? 0);
      total.most[label] = (total.most[label] ?? 0) + (counts.most[label] ?? 0);
    }
  }
  return total;
}

/**
 * Returns what a shape needs and allows, from its parts. Exact for each name alone, a bound for all
 * together.
 */
export function stepCountsOf(shape: RemainingShape, labels: number): StepCounts {
  if (shape.kind === 'done') return none(labels);
  if (shape.kind === 'leaf') {
    const one = new Float64Array(labels);
    one[shape.leaf.label] = 1;
    return { least: one, most: one, shortest: 1, longest: 1 };
  }
  if (shape.kind === 'then') return all([shape.first, shape.rest], labels);
  if (shape.kind === 'parallel') return all(shape.of, labels);
  if (shape.kind === 'choice') return shape.of.map(({ counts }) => counts).reduce(either);
  const round = all([shape.body, shape.again], labels);
  const endless = (count: number): number => (count > 0 ? Infinity : 0);
  const least = shape.kind === 'loop' ? shape.body.counts : none(labels);
  return { ...least, most: round.most.map(endless), longest: endless(round.longest) };
}
