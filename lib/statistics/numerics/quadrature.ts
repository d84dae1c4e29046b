export interface Quadrature {
  nodes: number[];
  weights: number[];
}

const known = new Map<number, Quadrature>();

/**
 * Returns Legendre's polynomial of degree n and its derivative at x (Abramowitz & Stegun 22.7.10
 * and 22.8.5).
 */
function legendre(n: number, x: number): { value: number; slope: number } {
  let [before, value] = [1, x];
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, slope: (n * (x * value - before)) / (x * x - 1) };
}

function nodeOf(n: number, i: number): { node: number; weight: number } {
  let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
  for (let step = 0; step < 10; step++) {
    const { value, slope } = legendre(n, x);
    x -= value / slope;
    if (Math.abs(value) < 1e-15) break;
  }
  const { slope } = legendre(n, x);
  return { node: x, weight: 2 / ((1 - x * x) * slope * slope) };
}

/**
 * Returns the Gauss–Legendre rule of n ≥ 2 points on −1…1 (Abramowitz & Stegun 25.4.29). It is
 * exact for polynomials up to degree 2n − 1.
 */
export function gaussLegendre(n: number): Quadrature {
  const found = known.get(n);
  if (found) return found;
  const points = Array.from({ length: n }, (_, i) => nodeOf(n, i));
  const rule = { nodes: points.map(({ node }) => node), weights: points.map(({ weight }) => weight) };
  known.set(n, rule);
  return rule;
}
