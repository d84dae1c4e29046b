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

/** log of the logistic function, where `x` may be far below 0. */
const logSigma = (x: number): number => (x < -30 ? x : -Math.log1p(Math.exp(-x)));

const pointsEach = 160;

/** Where a belief has its mass, as logits. The tails fall like e^(a·y) to the left and e^(−b·y) to the right: 16 of those is 1e-7. */
function gridOf({ a, b }: Belief): number[] {
  const middle = Math.log(a / b);
  const spread = 8 * Math.sqrt(1 / a + 1 / b);
  const [from, to] = [middle - Math.max(spread, 16 / a), middle + Math.max(spread, 16 / b)];
  return Array.from({ length: pointsEach }, (_, i) => from + ((to - from) * i) / (pointsEach - 1));
}

/** Density and distribution function at each point of the grid. */
function curve({ a, b }: Belief, grid: Float64Array): { density: Float64Array; below: Float64Array } {
  const logs = grid.map((y) => a * logSigma(y) + b * logSigma(-y));
  const peak = logs.reduce((most, log) => Math.max(most, log), -Infinity);
  const density = logs.map((log) => Math.exp(log - peak));
  const below = new Float64Array(grid.length);
  for (let i = 1; i < grid.length; i++) below[i] = valueOf(below, i - 1) + area(grid, density, i);
  const whole = valueOf(below, grid.length - 1);
  return { density: density.map((value) => value / whole), below: below.map((value) => value / whole) };
}

const valueOf = (values: Float64Array, i: number): number => values[i] ?? 0;

/** Of the trapezium that ends at point `i`. */
const area = (grid: Float64Array, height: Float64Array, i: number): number =>
  ((valueOf(grid, i) - valueOf(grid, i - 1)) * (valueOf(height, i) + valueOf(height, i - 1))) / 2;

/**
 * For each belief the probability that its rate is the highest: what Thompson sampling would pick it with. By numeric integration of
 * density times the others' distribution functions, over logits, on a grid that is fine where any belief is narrow; within 0.005 of
 * the truth, sums to 1, the same for the same beliefs. 0.1 ms for four offers, 5 ms for twenty.
 */
export function probabilitiesBest(beliefs: Belief[]): number[] {
  if (beliefs.length === 1) return [1];
  const grid = Float64Array.from(beliefs.flatMap(gridOf)).sort();
  const curves = beliefs.map((one) => curve(one, grid));
  const wins = curves.map(({ density }, mine) => {
    const best = density.map((value, i) =>
      curves.reduce((product, { below }, other) => (other === mine ? product : product * valueOf(below, i)), value),
    );
    return best.reduce((sum, _, i) => (i === 0 ? 0 : sum + area(grid, best, i)), 0);
  });
  const sum = wins.reduce((a, b) => a + b, 0);
  return wins.map((win) => win / sum);
}
