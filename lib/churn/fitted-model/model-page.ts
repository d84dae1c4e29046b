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

type Note = ModelPage['notes'][number];
type PageFigures = Pick<ModelPage, 'window' | 'drift'>;

/** Drift of the scores above which the window no longer describes today's customers. */
const driftLimit = 0.25;

/**
 * Returns the log loss of a forecast that gives each customer the base rate. NaN for a rate of 0 or
 * 1.
 */
const baseRateLoss = (rate: number): number => -(rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate));

/** When each note is made, in the order shown. */
const noteTests: readonly (readonly [Note, (figures: PageFigures, dropout: FittedModel['dropout']) => boolean])[] = [
  ['no-closed-window', ({ window }) => !window],
  ['one-outcome-only', ({ window }) => window?.baseRate === 0 || window?.baseRate === 1],
  ['no-better-than-base-rate', ({ window }) => window !== undefined && window.logLoss >= baseRateLoss(window.baseRate)],
  ['no-dropout-identified', (_, dropout) => dropout?.identified === false],
  ['few-customers', ({ window }) => (window?.customers ?? 0) < fewCustomers],
  ['drift', ({ drift = 0 }) => drift > driftLimit],
];

const notesOf = ({ dropout }: UndescribedModel, figures: PageFigures): Note[] =>
  noteTests.filter(([, applies]) => applies(figures, dropout)).map(([note]) => note);

/**
 * Returns the page of a model and the percentiles of today's `scores`. `back` are forecasts of the
 * back-test.
 */
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
