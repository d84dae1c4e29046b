import { createHash } from 'node:crypto';
import { auc, brier, logLoss, type LabelledProbability } from '../../lib/statistics/learning/model-metrics.ts';
import { type Attributes } from '../../lib/statistics/learning/category-encoding.ts';
import { probability } from '../../lib/churn/fitted-model/explain-logit.ts';
import { trainOnLabels } from '../../lib/churn/fitted-model/train-model.ts';
import { type Evaluation } from './figure.ts';
import { rowsOf } from './files.ts';

interface Labelled {
  fold: number;
  attributes: Attributes;
  left: boolean;
}

const folds = 5;

/** Fold by the first eight hex digits of the id's SHA-256: the same for everybody who evaluates. */
function labelled({ customerID = '', Churn, ...attributes }: Record<string, string>): Labelled {
  const fold = parseInt(createHash('sha256').update(customerID).digest('hex').slice(0, 8), 16) % folds;
  return { fold, attributes, left: Churn === 'Yes' };
}

const one = { now: 0, horizonDays: 30 };

/** Who left, from attributes alone, on IBM's Telco sample: each fold forecast from the other four. */
export const telco: Evaluation = async (folder) => {
  const customers = (await rowsOf(folder, 'Telco-Customer-Churn.csv')).map(labelled);
  const outcomes = Array.from({ length: folds }, (_, fold) => {
    const model = trainOnLabels(
      customers.filter((customer) => customer.fold !== fold),
      one,
    );
    return customers
      .filter((customer) => customer.fold === fold)
      .map(({ attributes, left }): LabelledProbability => ({
        p: probability(model, { attributes }, 0) ?? NaN,
        y: left ? 1 : 0,
      }));
  }).flat();
  return [
    { name: 'Telco AUC', ours: auc(outcomes), floor: { min: 0.845 }, target: { min: 0.85 }, reference: '.8456–.8503' },
    { name: 'Telco Brier', ours: brier(outcomes), floor: { max: 0.1355 }, target: { max: 0.1335 }, reference: '.1332' },
    { name: 'Telco log-loss', ours: logLoss(outcomes) },
  ];
};
