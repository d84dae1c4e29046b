import * as z from 'zod';
import { logit, logistic, softplus } from './training-rows.ts';
import { logLoss, type LabelledProbability } from './model-metrics.ts';
import { minimise } from '../numerics/minimise.ts';

/**
 * Calibrated logit = slope × logit + shift with slope ≥ 0. It keeps the order of forecasts. Reasons
 * that sum to the logit, scaled, sum to the calibrated one.
 */
export const Calibration = z.object({ slope: z.number().nonnegative(), shift: z.number() });
export type Calibration = z.infer<typeof Calibration>;

/** The calibration that changes no forecast. */
export const identityCalibration: Calibration = { slope: 1, shift: 0 };

/** Returns the calibrated logit of a raw one. */
export const applyCalibration = ({ slope, shift }: Calibration, raw: number): number => slope * raw + shift;

/** Prior standard deviation of slopes around 1 and of shifts around 0. */
const spread = 0.5;

/**
 * Forecasts with a smaller slope are not calibrated. The calibration would make them all equal or
 * reverse their order.
 */
const leastSlope = 0.01;

/**
 * Fits Platt's scaling (1999) of logits, shrunk towards the identity by normal priors of slope and
 * shift around 1 and 0. The priors keep a hundred customers, or nearly equal logits, from reversing
 * forecasts.
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
 * Returns Platt's scaling if it helps, else the identity. Fitted on every second outcome, it must
 * reduce the log-loss of the others, in both directions together by more than the standard error
 * (Breiman et al. 1984, §3.4.3, the rule of one standard error).
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
