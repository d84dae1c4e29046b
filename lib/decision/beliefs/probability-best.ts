/** What is believed of a rate: Beta(a, b), both above 0. */
export interface Belief {
  a: number;
  b: number;
}

/** What is believed of a value on any scale: a normal law. */
export interface NormalBelief {
  mean: number;
  deviation: number;
}

/** A law from `from` to its end, as values of its distribution function at evenly spaced points. */
interface Curve {
  from: number;
  step: number;
  below: Float64Array;
}

/** Points of a curve's table, and how many of them lie between two nodes of the integration. */
const [points, stride] = [300, 6];

const valueAt = (values: Float64Array, i: number): number => values[i] ?? 0;

/** Log densities at evenly spaced points, up to a constant: used by one curve after another. */
const heights = new Float64Array(points);

/** Tabulates the distribution function whose log density `fill` gives, by trapeziums. */
function curveOf([from, to]: [number, number], fill: (from: number, step: number) => void): Curve {
  const step = (to - from) / (points - 1);
  fill(from, step);
  let peak = -Infinity;
  for (let i = 0; i < points; i++) peak = Math.max(peak, valueAt(heights, i));
  const below = new Float64Array(points);
  let before = Math.exp(valueAt(heights, 0) - peak);
  for (let i = 1; i < points; i++) {
    const here = Math.exp(valueAt(heights, i) - peak);
    below[i] = valueAt(below, i - 1) + (before + here) / 2;
    before = here;
  }
  const whole = valueAt(below, points - 1);
  for (let i = 0; i < points; i++) below[i] = valueAt(below, i) / whole;
  return { from, step, below };
}

/**
 * Returns a belief over logits. Its density is σ(y)^a σ(−y)^b up to a factor, σ the logistic
 * function, and log σ(−y) is log σ(y) − y. The tails fall like e^(a·y) and e^(−b·y), and 14 of
 * those is 1e-6.
 */
function betaCurve({ a, b }: Belief): Curve {
  const middle = Math.log(a / b);
  const spread = 6.5 * Math.sqrt(1 / a + 1 / b);
  const ends: [number, number] = [middle - Math.max(spread, 14 / a), middle + Math.max(spread, 14 / b)];
  return curveOf(ends, (from, step) => {
    for (let i = 0; i < points; i++) {
      const y = from + step * i;
      const logSigma = y < -30 ? y : -Math.log(1 + Math.exp(-y));
      heights[i] = (a + b) * logSigma - b * y;
    }
  });
}

function normalCurve({ mean, deviation }: NormalBelief): Curve {
  const sure = Math.max(deviation, 1e-9 * Math.max(1, Math.abs(mean))); // no law has width nought
  return curveOf([mean - 6.5 * sure, mean + 6.5 * sure], (from, step) => {
    for (let i = 0; i < points; i++) heights[i] = -0.5 * ((from + step * i - mean) / sure) ** 2;
  });
}

/** The distribution function at every node, by linear interpolation. */
function tabulated({ from, step, below }: Curve, nodes: Float64Array): Float64Array {
  return nodes.map((x) => {
    const place = (x - from) / step;
    if (place <= 0) return 0;
    if (place >= points - 1) return 1;
    const i = Math.floor(place);
    const low = valueAt(below, i);
    return low + (place - i) * (valueAt(below, i + 1) - low);
  });
}

/**
 * Returns, for each law and node, the product of all other distribution functions: from the left
 * times from the right.
 */
function othersBelow(laws: Float64Array[], size: number): Float64Array[] {
  const product = new Float64Array(size).fill(1);
  const passed = (law: Float64Array): Float64Array => {
    const before = product.slice();
    for (let i = 0; i < size; i++) product[i] = valueAt(product, i) * valueAt(law, i);
    return before;
  };
  const left = laws.map(passed);
  product.fill(1);
  const right = laws.toReversed().map(passed).reverse();
  return left.map((before, k) => {
    const after = right[k] ?? product;
    for (let i = 0; i < size; i++) before[i] = valueAt(before, i) * valueAt(after, i);
    return before;
  });
}

/**
 * Returns the probability that a law exceeds all others: the integral of their product by its
 * distribution function.
 */
function wins(law: Float64Array, others: Float64Array): number {
  let sum = 0;
  for (let i = 1; i < law.length; i++)
    sum += ((valueAt(law, i) - valueAt(law, i - 1)) * (valueAt(others, i) + valueAt(others, i - 1))) / 2;
  return sum;
}

function best(curves: Curve[]): number[] {
  if (curves.length <= 1) return curves.map(() => 1);
  const perCurve = points / stride;
  const nodes = new Float64Array(curves.length * perCurve);
  for (const [k, { from, step }] of curves.entries())
    for (let i = 0; i < perCurve; i++) nodes[k * perCurve + i] = from + step * stride * (i + 0.5);
  nodes.sort();
  const laws = curves.map((curve) => tabulated(curve, nodes));
  const others = othersBelow(laws, nodes.length);
  const shares = laws.map((law, k) => wins(law, others[k] ?? law));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

/**
 * Returns for each belief the probability that its rate is the highest, which is the chance of its
 * draw by Thompson sampling (Thompson 1933). Integrates over logits on nodes that are dense near
 * narrow beliefs. Within 0.0025 of the truth, sums to 1, deterministic.
 */
export function probabilitiesBest(beliefs: Belief[]): number[] {
  return best(beliefs.map(betaCurve));
}

/** The same for independent normal beliefs, as of linear models. */
export function probabilitiesHighest(beliefs: NormalBelief[]): number[] {
  return best(beliefs.map(normalCurve));
}
