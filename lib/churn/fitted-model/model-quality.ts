import {
  auc,
  brier,
  calibrationError,
  calibrationTable,
  liftTable,
  logLoss,
  type LabelledProbability,
} from '../../statistics/learning/model-metrics.ts';
import { type ModelPage, type Quality } from './churn-model.ts';

/** Returns the quality of forecasts whose outcome is known. Undefined without any. */
export function qualityOf(outcomes: readonly LabelledProbability[]): Quality | undefined {
  if (outcomes.length === 0) return undefined;
  const area = auc(outcomes);
  return {
    customers: outcomes.length,
    baseRate: outcomes.reduce((sum, { y }) => sum + y, 0) / outcomes.length,
    auc: Number.isNaN(area) ? null : area,
    brier: brier(outcomes),
    logLoss: logLoss(outcomes),
    calibrationError: calibrationError(outcomes),
    calibration: calibrationTable(outcomes),
    lift: liftTable(outcomes),
  };
}

/**
 * Grades discrimination by Hosmer and Lemeshow (2000, §5.2.4: 0.8 excellent, 0.7 acceptable). A
 * badly calibrated model loses a grade.
 */
export function gradeOf(quality: Quality | undefined): ModelPage['grade'] {
  if (!quality || quality.auc === null) return 'none';
  const grades = ['A', 'B', 'C', 'D'] as const;
  const rank = [0.8, 0.7, 0.6].filter((least) => (quality.auc ?? 0) < least).length;
  return grades[Math.min(3, rank + (quality.calibrationError > 0.06 ? 1 : 0))] ?? 'D';
}
