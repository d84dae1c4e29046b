import { logLoss, type LabelledProbability, quantiles, stability } from '../../statistics/learning/model-metrics.ts';
import { type Calibration } from '../../statistics/learning/calibration.ts';
import { type FittedModel, type ChurnModel, type ModelPage } from './churn-model.ts';
import { type ModelKind } from '../../model/churn-risk.ts';
import { gradeOf, qualityOf } from './model-quality.ts';

/** A model that could be chosen. */
export interface ModelCandidate {
  kind: ModelKind;
  /** Forecasts of the newest closed window, calibrated. */
  outcomes: LabelledProbability[];
  calibration: Calibration;
  /** The model learnt from every closed window. */
  learnt: FittedModel;
}

/** A model with the candidates it was chosen from, not yet described. */
export type UndescribedModel = Omit<ChurnModel, 'percentiles' | 'bands' | 'page' | 'worth'> & {
  chosen?: ModelCandidate;
  found: ModelCandidate[];
};

/** Customers below which figures of quality are mere chance. */
const fewCustomers = 200;

function notesOf(model: UndescribedModel, page: Pick<ModelPage, 'window' | 'drift'>): ModelPage['notes'] {
  const { window, drift = 0 } = page;
  const rate = window?.baseRate ?? 0;
  const baseLoss = -(rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate));
  return [
    ...(window ? [] : (['no-closed-window'] as const)),
    ...(window && (rate === 0 || rate === 1) ? (['one-outcome-only'] as const) : []),
    ...(window && window.logLoss >= baseLoss ? (['no-better-than-base-rate'] as const) : []),
    ...(model.dropout?.identified === false ? (['no-dropout-identified'] as const) : []),
    ...((window?.customers ?? 0) < fewCustomers ? (['few-customers'] as const) : []),
    ...(drift > 0.25 ? (['drift'] as const) : []),
  ];
}

/** The page of a model and the percentiles of today's `scores`; `back` are the forecasts of the back-test. */
export function describeModel(
  { chosen, found, ...bare }: UndescribedModel,
  described: { scores: number[]; back: LabelledProbability[] },
): Pick<ChurnModel, 'page' | 'percentiles'> {
  const window = qualityOf(chosen?.outcomes ?? []);
  const back = qualityOf(described.back);
  const drift =
    chosen && described.scores.length > 0
      ? stability(
          chosen.outcomes.map(({ p }) => p),
          described.scores,
        )
      : undefined;
  const measured = { ...(window && { window }), ...(drift !== undefined && { drift }) };
  return {
    percentiles: described.scores.length > 0 ? quantiles(described.scores, 100) : [],
    page: {
      candidates: found.map(({ kind, outcomes }) => ({ kind, logLoss: logLoss(outcomes) })),
      ...measured,
      ...(back && { backTest: back }),
      grade: gradeOf(back ?? window),
      notes: notesOf({ ...bare, found }, measured),
    },
  };
}
