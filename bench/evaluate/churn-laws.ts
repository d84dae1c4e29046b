import { maxKeyDays, type KeyEvent } from '../../lib/profile/facts/key-days.ts';
import { type KeyDays, newProfile, type Profile } from '../../lib/model/profile.ts';
import {
  buildPurchaseHistory,
  addKeyEvent,
  type PurchaseHistory,
} from '../../lib/churn/purchase-model/purchase-history.ts';
import { explainLogit, probability } from '../../lib/churn/fitted-model/explain-logit.ts';
import { logit } from '../../lib/statistics/learning/training-rows.ts';
import { type ChurnModel } from '../../lib/churn/fitted-model/churn-model.ts';
import { trainChurnModel } from '../../lib/churn/fitted-model/train-model.ts';
import { scoreRisk, churnProbability } from '../../lib/churn/heuristic-score.ts';
import { type Touchpoint } from '../../lib/model/touchpoint.ts';
import { Workspace } from '../../lib/model/workspace.ts';
import { foldFacts } from '../../lib/profile/facts/fold-facts.ts';
import { type Instant } from '../../lib/shared/time.ts';
import { type Evaluation } from './figure.ts';
import { dayOf, onlineRetail } from './purchases.ts';

/** Rounding of a sum of some twenty doubles. */
const rounding = 1e-9;

const ahead = [0.01, 0.5, 1, 3, 7, 14, 30, 60, 120, 240, 480, 960];

function everFalls(riskAt: (day: number) => number | undefined, now: number): boolean {
  const risks = [0, ...ahead].map((days) => riskAt(now + days) ?? NaN);
  return risks.some((p, i) => Number.isNaN(p) || p < (risks[i - 1] ?? 0) - rounding);
}

const silenceLowers = (model: ChurnModel, habit: PurchaseHistory, now: number): boolean =>
  everFalls((day) => probability(model, { habit }, day), now);

function reasonsMiss(model: ChurnModel, habit: PurchaseHistory, now: number): boolean {
  const told = explainLogit(model, { habit }, now);
  const sum = told?.parts.reduce((total, { contribution }) => total + contribution, told.base);
  return !(Math.abs((sum ?? NaN) - (told?.logit ?? NaN)) <= rounding);
}

/** One event after another against all at once. Money is added in another order, so sums may differ in the last digit. */
function foldDiffers(events: readonly KeyEvent[]): boolean {
  const folded = events.reduce<PurchaseHistory | undefined>(addKeyEvent, undefined);
  const whole = buildPurchaseHistory(events);
  return (
    folded?.days !== whole?.days ||
    folded?.first !== whole?.first ||
    folded?.last !== whole?.last ||
    folded?.previous !== whole?.previous ||
    Math.abs((folded?.worth ?? 0) - (whole?.worth ?? 0)) > 1e-6 ||
    Math.abs((folded?.lastWorth ?? 0) - (whole?.lastWorth ?? 0)) > 1e-6
  );
}

const workspace = Workspace.parse({ id: 'any', name: 'Any', purchaseEvents: ['Bought'] });
const instantOf = (day: number): Instant => new Date(Math.round(day * 86_400_000)).toISOString();

function bought({ day, worth }: KeyEvent): Touchpoint {
  const at = instantOf(day);
  return { messageId: '', at, type: 'track', name: 'Bought', channel: '', properties: { revenue: worth }, context: {} };
}

const nobody = (day: number): Profile => newProfile({ workspace: 'any', customer: 'u:any' }, instantOf(day));

/** The profile as touchpoints are folded into it, one after the other. */
const foldedFrom = (events: readonly KeyEvent[]): Profile =>
  events.reduce(
    (profile, event) => foldFacts(profile, bought(event), { at: instantOf(event.day), workspace }),
    nobody(events[0]?.day ?? 0),
  );

/** Days with a key event, each counted once, as a profile keeps them. */
function keyDaysOf(events: readonly KeyEvent[]): KeyDays {
  const all = [...new Set(events.map(({ day }) => Math.floor(day)))]
    .sort((a, b) => a - b)
    .map((day) => ({
      day,
      worth: events.reduce((sum, one) => sum + (Math.floor(one.day) === day ? one.worth : 0), 0),
    }));
  const [recent, before] = [all.slice(-maxKeyDays), all.slice(0, -maxKeyDays)];
  const [first] = before;
  const worth = before.reduce((sum, one) => sum + one.worth, 0);
  return { recent, ...(first && { older: { days: before.length, first: first.day, worth } }) };
}

/** What the profile is when told at once. */
function wholeOf(events: readonly KeyEvent[]): Profile {
  const days = events.map(({ day }) => day);
  const [first, last] = [instantOf(Math.min(...days)), instantOf(Math.max(...days))];
  const revenue = events.reduce((sum, { worth }) => sum + worth, 0);
  const purchases = { n: events.length, revenue, first, last };
  return { ...nobody(0), firstSeen: first, lastSeen: last, purchases, keyDays: keyDaysOf(events) };
}

/** The base is told with eight digits after the point. */
const shown = 1e-8;

/** The same three laws of the cold start, which goes by the profile. */
const coldLaws: Record<'silence' | 'reasons' | 'fold', (events: readonly KeyEvent[], now: number) => boolean> = {
  silence: (events, now) => {
    const profile = foldedFrom(events);
    return everFalls((day) => churnProbability(profile, instantOf(day)), now);
  },
  reasons: (events, now) => {
    const [profile, at] = [foldedFrom(events), instantOf(now)];
    const { base = NaN, reasons } = scoreRisk(profile, at);
    const sum = reasons.reduce((total, { contribution = NaN }) => total + contribution, base);
    return !(Math.abs(sum - logit(churnProbability(profile, at))) <= shown);
  },
  fold: (events, now) => {
    const [one, other] = [foldedFrom(events), wholeOf(events)].map((profile) => scoreRisk(profile, instantOf(now)));
    return one?.probability !== other?.probability || JSON.stringify(one?.reasons) !== JSON.stringify(other?.reasons);
  },
};

const count = (name: string, ours: number) => ({ name, ours, floor: { max: 0 }, target: { max: 0 }, reference: '0' });

/** Laws that must hold for each customer of Online Retail, under the chosen model, the dropout model and the cold start. */
export const churnLaws: Evaluation = async (folder) => {
  const now = dayOf('2010-12-01') + 283;
  const histories = [...(await onlineRetail(folder)).values()].map((events) => events.filter(({ day }) => day < now));
  const chosen = trainChurnModel(
    histories.map((events) => ({ events })),
    { now, horizonDays: 90 },
  );
  const habits = histories.flatMap((events) => buildPurchaseHistory(events) ?? []);
  const models: ChurnModel[] = [chosen, { ...chosen, kind: 'dropout' }];
  const cases = (fails: typeof silenceLowers) =>
    models.reduce((sum, model) => sum + habits.filter((habit) => fails(model, habit, now)).length, 0);
  const known = histories.filter((events) => events.length > 0);
  const cold = (law: keyof typeof coldLaws) => known.filter((events) => coldLaws[law](events, now)).length;
  return [
    count('silence lowers the risk, cases', cases(silenceLowers) + cold('silence')),
    count('reasons do not sum to the logit, cases', cases(reasonsMiss) + cold('reasons')),
    count('O(1) differs from recomputation, cases', histories.filter(foldDiffers).length + cold('fold')),
    {
      name: 'says that no dropout is identified',
      ours: Number(chosen.page.notes.includes('no-dropout-identified')),
      floor: { is: 1, within: 0 },
    },
  ];
};
