import { type KeyEvent } from '../../lib/profile/facts/key-days.ts';
import { rowsOf, textOf } from './files.ts';

const dayMs = 86_400_000;

/** Key events by customer. */
export type Histories = Map<string, KeyEvent[]>;

function add(histories: Histories, customer: string, event: KeyEvent): void {
  const events = histories.get(customer);
  if (events) events.push(event);
  else histories.set(customer, [event]);
}

/** Fader and Hardie's purchases at CDNOW: id, maybe a second id, date, quantity, dollars. */
export async function cdnow(folder: string, name: string): Promise<Histories> {
  const histories: Histories = new Map();
  for (const line of (await textOf(folder, name)).split('\n')) {
    const fields = line.trim().split(/\s+/);
    const [customer = '', date = '', , worth] = fields.length === 5 ? [fields[0], ...fields.slice(2)] : fields;
    if (!/^\d{8}$/.test(date)) continue;
    const day = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6))) / dayMs;
    add(histories, customer, { day, worth: Number(worth) });
  }
  return histories;
}

/** One event per invoice of Online Retail (UCI). */
export async function onlineRetail(folder: string): Promise<Histories> {
  const histories: Histories = new Map();
  for (const { CustomerID = '', ts = '', amount } of await rowsOf(folder, 'online_retail_invoices.csv')) {
    const day = Date.parse(`${ts.slice(0, 10)}T00:00:00Z`) / dayMs;
    add(histories, CustomerID, { day, worth: Number(amount) });
  }
  return histories;
}

export const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / dayMs;
