import * as z from 'zod';
import { logit, logistic, softplus } from './training-rows.ts';
import { logLoss, type LabelledProbability } from './model-metrics.ts';
import { minimise } from '../numerics/minimise.ts';

/** Calibrated logit = slope × logit + shift, slope ≥ 0: order is kept, and reasons that sum to the one, scaled, sum to the other. */
export const Calibration = z.object({ slope: z.number().nonnegative(), shift: z.number() });
export type Calibration = z.infer<typeof Calibration>;

export const identityCalibration: Calibration = { slope: 1, shift: 0 };

export const applyCalibration = ({ slope, shift }: Calibration, raw: number): number => slope * raw + shift;

/** How near to 1 slopes, and to 0 shifts, are believed to be before anything is seen: their deviation. */
const spread = 0.5;

/** Forecasts that would have to be made all the same, or turned round, are left as they are: there is nothing in them to calibrate. */
const leastSlope = 0.01;

/**
 * Platt's scaling (1999) of logits, shrunk towards none: slope and shift have normal priors around 1 and 0. So neither a hundred customers nor
 * logits that are all but the same can turn a forecast over.
 */
export function fitCalibration(outcomes: readonly LabelledProbability[]): Calibration {
  const logits = outcomes.map(({ p }) => logit(p));
  const loss = ([slope = 1, shift = 0]: readonly number[]): number => {
    if (slope < 0) return Infinity;
    const beliefs = ((slope - 1) ** 2 + shift ** 2) / (2 * spread ** 2);
    return outcomes.reduce((sum, { y }, i) => {
      const moved = slope * (logits[i] ?? 0) + shift;
      return sum + softplus(y === 1 ? -moved : moved);
    }, beliefs);
  };
  const { at } = minimise(loss, { from: [1, 0], step: 0.1, tolerance: 1e-7, most: 200 });
  const [slope = 1, shift = 0] = at;
  return slope > leastSlope ? { slope, shift } : identityCalibration;
}

/**
 * Platt's scaling where it surely helps: fitted on every second outcome it must lessen the log-loss of the others, both ways together by
 * more than the standard error of that (Breiman et al. 1984, §3.4.3, the rule of one standard error). Otherwise none.
 */
export function chooseCalibration(outcomes: readonly LabelledProbability[]): Calibration {
  const halves = [0, 1].map((half) => outcomes.filter((_, i) => i % 2 === half));
  const gains = halves.flatMap((half, i) => {
    const fitted = fitCalibration(halves[1 - i] ?? []);
    return half.map(
      (one) => logLoss([one]) - logLoss([{ ...one, p: logistic(applyCalibration(fitted, logit(one.p))) }]),
    );
  });
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / gains.length;
  return mean > Math.sqrt(variance / gains.length) ? fitCalibration(outcomes) : identityCalibration;
}
