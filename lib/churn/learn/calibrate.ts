import * as z from 'zod';
import { logit, logistic } from './dataset.ts';
import { fitLogistic, linearLogit } from './logistic.ts';
import { logLoss, type Outcome } from './metrics.ts';

/** Calibrated logit = slope × logit + shift, slope ≥ 0: order is kept, and reasons that sum to the one, scaled, sum to the other. */
export const Calibration = z.object({ slope: z.number().nonnegative(), shift: z.number() });
export type Calibration = z.infer<typeof Calibration>;

export const uncalibrated: Calibration = { slope: 1, shift: 0 };

export const calibrated = ({ slope, shift }: Calibration, raw: number): number => slope * raw + shift;

/** Platt's scaling (1999) of logits. The flat answer of one class is refused: then nothing is changed. */
export function fitCalibration(outcomes: readonly Outcome[]): Calibration {
  const model = fitLogistic(
    {
      names: ['logit'],
      rows: outcomes.map(({ p }) => Float64Array.of(logit(p))),
      labels: outcomes.map(({ y }) => y),
    },
    { penalty: 1, rising: new Set(['logit']) },
  );
  const slope = model.columns[0]?.weight ?? 0;
  return slope > 0 ? { slope, shift: linearLogit(model, [0]) } : uncalibrated;
}

/** Platt's scaling where it helps: fitted on every second outcome it must lessen the log-loss of the others, both ways. Otherwise none. */
export function chooseCalibration(outcomes: readonly Outcome[]): Calibration {
  const halves = [0, 1].map((half) => outcomes.filter((_, i) => i % 2 === half));
  const better = halves.every((half, i) => {
    const fitted = fitCalibration(halves[1 - i] ?? []);
    return logLoss(half.map(({ p, y }) => ({ p: logistic(calibrated(fitted, logit(p))), y }))) < logLoss(half);
  });
  return better ? fitCalibration(outcomes) : uncalibrated;
}
