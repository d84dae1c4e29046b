export interface Minimum {
  at: number[];
  value: number;
}

interface Search {
  from: readonly number[];
  /** Length of the first simplex's edges. */
  step?: number;
  tolerance?: number;
  most?: number;
}

type Objective = (point: readonly number[]) => number;

/**
 * Returns a local minimum by the simplex method (Nelder and Mead 1965; coefficients 1, 2, ½, ½).
 * Stops when the simplex's values differ by less than `tolerance`, or after `most` steps. The
 * objective may return Infinity outside its domain.
 */
export function minimise(f: Objective, { from, step = 0.5, tolerance = 1e-10, most = 2_000 }: Search): Minimum {
  const vertex = (at: number[]): Minimum => ({ at, value: f(at) });
  let simplex = [vertex([...from]), ...from.map((_, i) => vertex(from.map((v, j) => (i === j ? v + step : v))))];
  for (let round = 0; round < most; round++) {
    simplex.sort((a, b) => a.value - b.value);
    const best = simplex[0];
    const worst = simplex.at(-1);
    if (!best || !worst || worst.value - best.value < tolerance) break;
    const others = simplex.slice(0, -1);
    const centre = from.map((_, i) => others.reduce((sum, { at }) => sum + (at[i] ?? 0), 0) / others.length);
    const along = (share: number) => vertex(centre.map((c, i) => c + share * ((worst.at[i] ?? 0) - c)));
    const next = better(along, { best, worst, second: others.at(-1) ?? best });
    simplex = next ? [...others, next] : simplex.map(({ at }) => vertex(at.map((v, i) => (v + (best.at[i] ?? 0)) / 2)));
  }
  return simplex.reduce((a, b) => (b.value < a.value ? b : a));
}

/**
 * Returns the point that replaces the worst (reflected, expanded or contracted), or undefined if
 * the simplex must shrink.
 */
function better(
  along: (share: number) => Minimum,
  { best, worst, second }: Record<'best' | 'worst' | 'second', Minimum>,
): Minimum | undefined {
  const reflected = along(-1);
  if (reflected.value < best.value) {
    const expanded = along(-2);
    return expanded.value < reflected.value ? expanded : reflected;
  }
  if (reflected.value < second.value) return reflected;
  const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
  return contracted.value < Math.min(reflected.value, worst.value) ? contracted : undefined;
}
