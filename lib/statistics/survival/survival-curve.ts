import { normalQuantile } from '../distributions/normal.ts';
import { type LifeRow } from './life-table.ts';

/** Share of customers still here after `time`, with its standard error and interval. */
export interface SurvivalPoint extends LifeRow {
  survival: number;
  error: number;
  interval: [number, number];
}

/**
 * Returns the interval on the scale of ln(−ln S), which keeps it inside 0–1 (Kalbfleisch & Prentice
 * 1980).
 */
function intervalOf(survival: number, error: number, alpha: number): [number, number] {
  if (survival === 0 || survival === 1) return [survival, survival];
  const width = (normalQuantile(1 - alpha / 2) * error) / (survival * Math.log(survival));
  return [survival ** Math.exp(-width), survival ** Math.exp(width)];
}

/**
 * Returns the survival curve by the product limit of Kaplan & Meier (1958), with one point per time
 * of the life table. Errors are by Greenwood (1926).
 */
export function survivalCurve(rows: readonly LifeRow[], alpha = 0.05): SurvivalPoint[] {
  let [survival, sum] = [1, 0];
  return rows.map((row) => {
    const { ended, atRisk } = row;
    survival *= 1 - ended / atRisk;
    sum += ended < atRisk ? ended / (atRisk * (atRisk - ended)) : 0;
    const error = survival * Math.sqrt(sum);
    return { ...row, survival, error, interval: intervalOf(survival, error, alpha) };
  });
}

/**
 * Returns the share still here after `time`. The curve is a step function, 1 before its first
 * point.
 */
export function survivalAt(curve: readonly SurvivalPoint[], time: number): number {
  return curve.findLast((point) => point.time <= time)?.survival ?? 1;
}

/**
 * Returns the first time at which no more than half are still here, or undefined if more than half
 * are.
 */
export function medianOf(curve: readonly SurvivalPoint[]): number | undefined {
  return curve.find(({ survival }) => survival <= 0.5)?.time;
}
