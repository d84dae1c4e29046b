/** The value below which the share `p` (0–1) of the figures lies; the nearest that was measured. NaN for none. */
export function percentile(figures: number[], p: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? NaN;
}

export const median = (figures: number[]): number => percentile(figures, 0.5);
