import {
  type Engagement,
  bestHour,
  globalHours,
  sendTimeStatsOf,
  hoursOf,
  hoursOfDay,
} from '../../lib/decision/timing/send-time.ts';
import { chosenStrengths, heldOut } from '../../lib/decision/timing/send-time-strength.ts';
import { type Figure } from './figure.ts';
import { rowsOf } from './files.ts';

/** Invoices oldest first, with the part of the day they were made in. */
async function invoicesOf(folder: string): Promise<(Engagement & { at: number })[]> {
  const rows = await rowsOf(folder, 'online_retail_invoices.csv');
  const acts = rows.map(({ CustomerID: customer = '', country: segment = '', ts = '' }) => {
    const at = Date.parse(`${ts.replace(' ', 'T')}Z`);
    return { customer, segment, at, hour: new Date(at).getUTCHours() };
  });
  return acts.sort((a, b) => a.at - b.at);
}

/** Whether an hour falls into the window of three hours around another. */
const hit = (hour: number, around: number): boolean =>
  [0, 1, hoursOfDay - 1].includes((hour - around + hoursOfDay) % hoursOfDay);

const share = (all: boolean[]): number => all.filter(Boolean).length / all.length;

const halfYearMs = 182.5 * 86_400_000;

/** Habits of what was before the last half year; windows and log loss on that, for customers known by then. */
export async function sendTime(folder: string): Promise<Figure[]> {
  const acts = await invoicesOf(folder);
  const cut = (acts.at(-1)?.at ?? 0) - halfYearMs;
  const earlier = acts.filter(({ at }) => at < cut);
  const habits = sendTimeStatsOf(earlier);
  const later = acts.filter(({ at, customer }) => at >= cut && habits.customers.has(customer));
  const strengths = chosenStrengths(earlier);
  const everybody = bestHour(globalHours(habits.all));
  const global = share(later.map(({ hour }) => hit(hour, everybody)));
  const ours = share(later.map((act) => hit(act.hour, bestHour(hoursOf(habits, act, strengths)))));
  const loss = heldOut(habits, later, strengths);
  return [
    {
      name: 'send time: hits of a 3-hour window',
      ours,
      floor: { min: global },
      target: { min: 0.452 },
      reference: '.4525 shrunk',
    },
    { name: 'send time: one global hour', ours: global, reference: '.439' },
    { name: 'send time: log loss less that of global hours', ours: loss.ours - loss.global, floor: { max: 0 } },
  ];
}
