import { habitOf, withEvent, type Habit, type KeyEvent } from '../../lib/churn/buying/habit.ts';
import { explain, probability } from '../../lib/churn/model/logit.ts';
import { type ChurnModel } from '../../lib/churn/model/model.ts';
import { train } from '../../lib/churn/model/train.ts';
import { type Evaluation } from './figure.ts';
import { dayOf, onlineRetail } from './purchases.ts';

/** Rounding of a sum of some twenty doubles. */
const rounding = 1e-9;

const ahead = [0.01, 0.5, 1, 3, 7, 14, 30, 60, 120, 240, 480, 960];

function silenceLowers(model: ChurnModel, habit: Habit, now: number): boolean {
  const risks = [0, ...ahead].map((days) => probability(model, { habit }, now + days) ?? NaN);
  return risks.some((p, i) => Number.isNaN(p) || p < (risks[i - 1] ?? 0) - rounding);
}

function reasonsMiss(model: ChurnModel, habit: Habit, now: number): boolean {
  const told = explain(model, { habit }, now);
  const sum = told?.parts.reduce((total, { contribution }) => total + contribution, told.base);
  return !(Math.abs((sum ?? NaN) - (told?.logit ?? NaN)) <= rounding);
}

/** One event after another against all at once. Money is added in another order, so sums may differ in the last digit. */
function foldDiffers(events: readonly KeyEvent[]): boolean {
  const folded = events.reduce<Habit | undefined>(withEvent, undefined);
  const whole = habitOf(events);
  return (
    folded?.days !== whole?.days ||
    folded?.first !== whole?.first ||
    folded?.last !== whole?.last ||
    folded?.previous !== whole?.previous ||
    Math.abs((folded?.worth ?? 0) - (whole?.worth ?? 0)) > 1e-6 ||
    Math.abs((folded?.lastWorth ?? 0) - (whole?.lastWorth ?? 0)) > 1e-6
  );
}

const count = (name: string, ours: number) => ({ name, ours, floor: { max: 0 }, target: { max: 0 }, reference: '0' });

/** Laws that must hold for each customer of Online Retail, under the chosen model and the dropout model. */
export const churnLaws: Evaluation = async (folder) => {
  const now = dayOf('2010-12-01') + 283;
  const histories = [...(await onlineRetail(folder)).values()].map((events) => events.filter(({ day }) => day < now));
  const chosen = train(
    histories.map((events) => ({ events })),
    { now, horizonDays: 90 },
  );
  const habits = histories.flatMap((events) => habitOf(events) ?? []);
  const models: ChurnModel[] = [chosen, { ...chosen, kind: 'dropout' }];
  const cases = (fails: typeof silenceLowers) =>
    models.reduce((sum, model) => sum + habits.filter((habit) => fails(model, habit, now)).length, 0);
  return [
    count('silence lowers the risk, cases', cases(silenceLowers)),
    count('reasons do not sum to the logit, cases', cases(reasonsMiss)),
    count('O(1) differs from recomputation, cases', histories.filter(foldDiffers).length),
    {
      name: 'says that no dropout is identified',
      ours: Number(chosen.page.notes.includes('no-dropout-identified')),
      floor: { is: 1, within: 0 },
    },
  ];
};
