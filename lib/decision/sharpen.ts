/**
 * How sharply the likeliest best is preferred: chances of being best are raised to a power that goes from `from` to `to` while a plan
 * runs out. At 1 the policy is Thompson's, below it tries more, above it less.
 */
export interface Sharpening {
  from: number;
  to: number;
}

export interface Mixing {
  sharpening: number;
  /** Share of decisions that is drawn evenly for good: what other policies are measured against. */
  control: number;
  /** Least propensity of any offer, where there is room for it. */
  floor?: number;
}

/** Without a plan nobody knows when trying stops to pay. 2 halves the variance of a normal posterior: between trying and taking. */
export const endless: Sharpening = { from: 2, to: 2 };

/** The power when `progress` (0–1) of the planned decisions are made. */
export function sharpeningAt({ from, to }: Sharpening, progress: number): number {
  return from + (to - from) * Math.min(1, Math.max(0, progress));
}

/**
 * Propensities: chances of being best, each to the power of `sharpening` (a tempered posterior in the sense of top-heavy Thompson
 * sampling: Chapelle and Li 2011, section 3 on reshaped posteriors), brought back to a sum of 1 and mixed with the even draw. Exact:
 * what is drawn from these shares has these propensities. None is below `control` / offers, nor below `floor` while offers × floor ≤ 1.
 */
export function propensities(chances: readonly number[], { sharpening, control, floor = 0 }: Mixing): number[] {
  const most = Math.max(...chances);
  const sharp = chances.map((chance) => (most > 0 ? (chance / most) ** sharpening : 1));
  const whole = sharp.reduce((sum, weight) => sum + weight, 0);
  const even = Math.min(1, Math.max(control, floor * chances.length));
  return sharp.map((weight) => ((1 - even) * weight) / whole + even / chances.length);
}
