import { probability } from '../../lib/churn/fitted-model/explain-logit.ts';
import { trainChurnModel } from '../../lib/churn/fitted-model/train-model.ts';
import { windowAt } from '../../lib/churn/fitted-model/training-windows.ts';
import {
  auc,
  brier,
  calibrationError,
  logLoss,
  type LabelledProbability,
} from '../../lib/statistics/learning/model-metrics.ts';
import { type Evaluation, type Figure } from './figure.ts';
import { cdnow, dayOf, type Histories, onlineRetail } from './purchases.ts';

/** Everybody known at `now`, by a model that knows nothing of later days, with what came in the next `horizonDays`. */
function forecastOf(histories: Histories, terms: { now: number; horizonDays: number }): LabelledProbability[] {
  const customers = [...histories.values()].map((events) => ({ events }));
  const model = trainChurnModel(customers, terms);
  return windowAt(customers, terms.now, terms).map((one) => ({
    p: probability(model, one, terms.now) ?? NaN,
    y: one.label,
  }));
}

type Asked = [floor: number, target: number, reference: string];

const atLeast = (name: string, ours: number, [floor, target, reference]: Asked): Figure => ({
  name,
  ours,
  floor: { min: floor },
  target: { min: target },
  reference,
});

const atMost = (name: string, ours: number, [floor, target, reference]: Asked): Figure => ({
  name,
  ours,
  floor: { max: floor },
  target: { max: target },
  reference,
});

const weeks: { week: number; auc: Asked; brier: Asked }[] = [
  { week: 39, auc: [0.777, 0.78, '.7787'], brier: [0.1165, 0.1155, '.1158'] },
  { week: 52, auc: [0.805, 0.808, '.8077'], brier: [0.106, 0.1045, '.1044'] },
  { week: 65, auc: [0.836, 0.84, '.8392'], brier: [0.09, 0.089, '.0894'] },
];

/** P(no purchase in the next 13 weeks) at three origins of the CDNOW master file. */
export const churn: Evaluation = async (folder) => {
  const histories = await cdnow(folder, 'CDNOW_master.txt');
  return weeks.flatMap((asked) => {
    const outcomes = forecastOf(histories, { now: dayOf('1997-01-01') + 7 * asked.week, horizonDays: 91 });
    const name = `CDNOW week ${asked.week}`;
    return [
      atLeast(`${name} AUC`, auc(outcomes), asked.auc),
      atMost(`${name} Brier`, brier(outcomes), asked.brier),
      atMost(`${name} calibration error`, calibrationError(outcomes), [0.03, 0.015, '.010–.029']),
    ];
  });
};

/** P(no invoice in the next 90 days) on day 283 of Online Retail. */
export const churnRetail: Evaluation = async (folder) => {
  const outcomes = forecastOf(await onlineRetail(folder), { now: dayOf('2010-12-01') + 283, horizonDays: 90 });
  return [
    atLeast('Online Retail AUC', auc(outcomes), [0.733, 0.74, '.7379']),
    atMost('Online Retail log-loss', logLoss(outcomes), [0.6, 0.59, '']),
    { name: 'Online Retail Brier', ours: brier(outcomes), reference: '.2060' },
    atMost('Online Retail calibration error', calibrationError(outcomes), [0.06, 0.035, '.051']),
  ];
};
