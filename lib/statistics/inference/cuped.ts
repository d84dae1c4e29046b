import { mergeMoments, type Moments } from './moments.ts';

/**
 * Moments of an outcome y and of a measurement x from before the experiment, and the sum of
 * products of their deviations.
 */
export interface PairedMoments {
  y: Moments;
  x: Moments;
  products: number;
}

/** Computes them in one pass over (y, x) without cancellation (Welford 1962 for two variables). */
export function pairedMomentsOf(pairs: Iterable<readonly [y: number, x: number]>): PairedMoments {
  let [n, meanY, meanX, m2Y, m2X, products] = [0, 0, 0, 0, 0, 0];
  for (const [y, x] of pairs) {
    n++;
    const [offY, offX] = [y - meanY, x - meanX];
    meanY += offY / n;
    meanX += offX / n;
    m2Y += offY * (y - meanY);
    m2X += offX * (x - meanX);
    products += offY * (x - meanX);
  }
  return { y: { n, mean: meanY, m2: m2Y }, x: { n, mean: meanX, m2: m2X }, products };
}

/**
 * Returns the moments of y − θ (x − mean of x over all arms) by arm, where θ is the slope within
 * the arms. The expected difference of means is unchanged, and its variance shrinks by the squared
 * correlation (CUPED: Deng, Xu, Kohavi & Walker 2013, §3). The experiment must not affect x. The
 * result is moments of a mean, also if y is a rate.
 */
export function cuped(arms: ReadonlyMap<string, PairedMoments>): Map<string, Moments> {
  const all = [...arms.values()];
  const within = all.reduce((sum, { x }) => sum + x.m2, 0);
  const slope = within > 0 ? all.reduce((sum, { products }) => sum + products, 0) / within : 0;
  const centre = all.map(({ x }) => x).reduce((a, b) => mergeMoments(a, b), { n: 0, mean: 0, m2: 0 }).mean;
  const adjusted = ({ y, x, products }: PairedMoments): Moments => ({
    n: y.n,
    mean: y.mean - slope * (x.mean - centre),
    m2: Math.max(0, y.m2 - 2 * slope * products + slope * slope * x.m2),
  });
  return new Map([...arms].map(([arm, paired]) => [arm, adjusted(paired)]));
}
