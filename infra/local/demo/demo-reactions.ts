import { type DemoCustomer, type DemoPeriod, type DemoVisit } from './demo-customers.ts';
import { shopping, visit } from './demo-plan.ts';
import { chance } from './demo-random.ts';
import { type OutboxMail } from '../ses-sns/mail.ts';
import { hourMs } from '#lib/shared/time.ts';

/** Per subject of an e-mail: share of recipients who react, and what they do. */
const replies = [
  { subject: /get going|taps/i, opens: 0.35, then: 'Activated' },
  { subject: /discount|% off|shipping/i, opens: 0.3, then: 'order' },
  { subject: /./, opens: 0.12, then: 'look' },
] as const;

/**
 * Returns a customer's reaction to an e-mail, mostly none. Deterministic by seed, customer and
 * e-mail.
 */
export function reactionTo(
  mail: OutboxMail,
  customer: DemoCustomer,
  { seed, end }: DemoPeriod & { seed: string },
): DemoVisit[] {
  const reply = replies.find(({ subject }) => subject.test(mail.subject));
  const luck = chance(seed, 'mail', customer.id, mail.subject, mail.at);
  const at = Date.parse(mail.at) + (1 + luck.exponential(10)) * hourMs;
  if (!reply || at > end || !luck.happens(reply.opens)) return [];
  const click = visit(customer, at, [
    { name: 'Email Link Clicked', properties: { subject: mail.subject }, channel: 'email' },
  ]);
  if (reply.then === 'Activated') return [click, visit(customer, at + hourMs, [{ name: 'Activated' }])];
  return [click, ...shopping(customer, at + hourMs, { orders: reply.then === 'order' ? 0.5 : 0.1 })];
}

/** Returns the outcome of a phone call. Deterministic by seed and task. */
export function callOutcome(seed: string, taskId: string): 'won-back' | 'not-reached' | 'lost' {
  return chance(seed, 'call', taskId).pick(['won-back', 'won-back', 'not-reached', 'lost']);
}
