import { type StepOf } from '#lib/journey/definition/step.ts';
import { durationMs } from '#lib/shared/time.ts';
import { drawn } from './chances.ts';
import { type Customer, isNamed, type Stay } from './customers.ts';

/** The text of a message with what steps before it have found out. */
export const bodyOf = ({ template }: StepOf<'send'>, { vars }: Stay): string =>
  template.body.replace(/\{\{vars\.(\w+)[^}]*\}\}/g, (_, name: string) => vars[name] ?? '');

/** Lots are the same for every visit; whoever is counted for a variant is counted once. Answers where it leads. */
export function assign(stay: Stay, step: StepOf<'experiment'>, now: number): string {
  const holdout = step.holdout && { id: 'holdout', ...step.holdout };
  const { id: variant, next } = drawn(step.salt, stay.customer, [...step.variants, ...(holdout ? [holdout] : [])]);
  if (!stay.assigned.some((one) => one.step === stay.at)) {
    const counting = { on: step.goal, since: now, until: now + durationMs(step.window), reached: false };
    stay.assigned.push({ step: stay.at, version: stay.version, variant, ...counting });
  }
  return next;
}

/** Who has done what counts for a variant, once. */
export function reaches(stay: Stay, name: string, at: number): void {
  for (const one of stay.assigned) if (isNamed(one.on, name) && at >= one.since && at < one.until) one.reached = true;
}

/** The same visit gets the same offer. */
export function offer(stay: Stay, customer: Customer): void {
  const visit = `${stay.at} ${stay.round}`;
  const suits = customer.has({ is: 'pro' }) && customer.consent !== false;
  const title = stay.offers.get(visit) ?? (suits ? 'More' : 'Thanks');
  stay.offers.set(visit, title);
  stay.vars.offer = title;
}

/** One call of the receiver. Answers where it leads, or in how many milliseconds it is called again. */
export function call(stay: Stay, step: StepOf<'webhook'>, { isUp, now }: { isUp: boolean; now: number }) {
  stay.calls.add(`${new Date(now).toISOString()} ${stay.at}: ${isUp ? 'taken' : 'failed'}`);
  const { attempts, interval } = step.retry!;
  const again = durationMs(interval) * 2 ** stay.failed;
  if (!isUp && stay.failed++ < attempts) return again;
  stay.failed = 0;
  if (isUp) stay.vars.hook = 'taken';
  return isUp ? step.next : (step.onError ?? step.next);
}
