import { type LabelledProbability } from '../../statistics/learning/model-metrics.ts';
import { boostingFor, crossFit, forecast, fitModel, fitDropoutModel } from './candidate-models.ts';
import { type FittedModel } from './churn-model.ts';
import { type Layout } from './feature-columns.ts';
import { levelling, shiftLogits, stackModels } from './stack-models.ts';
import { type Example } from './training-windows.ts';

/**
 * Closed windows, newest first. `today` are the customers as they are, whose key events the dropout
 * model is fitted to.
 */
export interface TrainingExamples {
  windows: Example[][];
  today: readonly Example[];
  terms: { layout: Layout; horizonDays: number; now: number };
}

/**
 * A model trained on all customers, and its forecasts of the newest window, each made without that
 * customer.
 */
export interface CandidateTrial {
  learnt: FittedModel;
  outcomes: LabelledProbability[];
}

export function tryDropout({ windows: [newest = []], today, terms }: TrainingExamples): CandidateTrial | undefined {
  const learnt = fitDropoutModel(today, terms);
  const outcomes =
    learnt && crossFit(newest, (isOther) => fitDropoutModel(today.filter(isOther), { ...terms, near: learnt }));
  return learnt && outcomes && outcomes.length > 0 ? { learnt, outcomes } : undefined;
}

/**
 * Tries a line with a share of the dropout model. That model ranks customers well, but has one
 * level for all seasons, so its level is shifted to the line's, which is that of the windows.
 */
export function tryLinear(
  { windows, today, terms }: TrainingExamples,
  dropout: CandidateTrial | undefined,
): CandidateTrial {
  const [newest = []] = windows;
  const [all, linear] = [windows.flat(), { ...terms, kind: 'linear' as const }];
  const outcomes = crossFit(newest, (isOther) => fitModel(all.filter(isOther), { ...linear, ofNewest: true }));
  const learnt = fitModel(all, linear);
  if (!dropout) return { learnt, outcomes };
  const level = shiftLogits(dropout.outcomes, levelling(outcomes, dropout.outcomes));
  const { share: dropoutShare, outcomes: mixed } = stackModels(outcomes, level);
  if (dropoutShare === 0) return { learnt, outcomes };
  const dropoutShift = levelling(forecast(learnt, today), forecast(dropout.learnt, today));
  return {
    learnt: { ...learnt, dropout: dropout.learnt.dropout, dropoutShare, dropoutShift },
    outcomes: mixed,
  };
}

const sharesOf = ({ dropout, dropoutShare, dropoutShift }: FittedModel) => ({
  ...(dropout && { dropout }),
  dropoutShare,
  dropoutShift,
});

/** Windows that trees are trained on. Training is slow, and old windows add little to a line. */
const windowsOfTrees = 2;

/** Trees, with all of the other in the share that held. */
export function tryTrees({ windows, terms }: TrainingExamples, line: CandidateTrial): CandidateTrial {
  const [newest = []] = windows;
  const all = windows.slice(0, windowsOfTrees).flat();
  const boosted = { ...terms, kind: 'boosted' as const, boosting: boostingFor(newest, terms) };
  const trees = crossFit(newest, (isOther) => fitModel(all.filter(isOther), boosted));
  const { share: treesShare, outcomes } = stackModels(line.outcomes, trees);
  const { linear } = line.learnt;
  return {
    learnt: { ...fitModel(all, boosted), ...(linear && { linear }), ...sharesOf(line.learnt), treesShare },
    outcomes,
  };
}
