import { setTimeout as pause } from 'node:timers/promises';
import { type OutboxMail } from '../infra/local/ses-sns/mail.ts';
import { percentile } from './figures.ts';
import { message, post } from './world.ts';

export interface Latency {
  /** From posting the event to the journey's first message in the outbox, milliseconds. */
  p50: number;
  p99: number;
}

const addressOf = (customer: string): string => `${customer}@example.com`;

const signUp = (customer: string) => ({
  ...message(customer, `enter-${customer}`, 'Signed Up'),
  context: { traits: { email: addressOf(customer) } },
});

async function outbox(url: string): Promise<OutboxMail[]> {
  const response = await fetch(`${url}/local/outbox`);
  return ((await response.json()) as { items: OutboxMail[] }).items; // the runner's own page
}

/** The messages tell when they were sent; each look at them takes the runner as long as a few sign-ups. */
const askAgainMs = 1_000;

/** When each customer's first message was sent, by address, milliseconds since 1970. Throws when one has none after a minute. */
async function firstMessages(url: string, customers: string[]): Promise<Map<string, number>> {
  const wanted = new Set(customers.map(addressOf));
  for (let tries = 0; ; tries++) {
    const sent = new Map<string, number>();
    for (const { to, at } of await outbox(url))
      for (const address of to)
        if (wanted.has(address)) sent.set(address, Math.min(Date.parse(at), sent.get(address) ?? Infinity));
    if (sent.size === wanted.size) return sent;
    if (tries > 60) throw new Error(`${wanted.size - sent.size} customers got no message in a minute`);
    await pause(askAgainMs);
  }
}

/** What signs up and is answered takes this long before the next may come: warm-up, also of the compiler. */
const warmUps = 30;

/** Customers who sign up one after another, `perSecond`, and how long each waits for the first message. */
export async function measureLatency(
  url: string,
  { count, perSecond }: { count: number; perSecond: number },
): Promise<Latency> {
  const customers = Array.from({ length: count + warmUps }, (_, i) => `paced-${i}`);
  const posted = new Map<string, number>();
  const sending: Promise<void>[] = [];
  for (const customer of customers) {
    posted.set(customer, Date.now());
    sending.push(post(url, '/v1/track', signUp(customer)));
    await pause(1_000 / perSecond);
  }
  await Promise.all(sending);
  const sent = await firstMessages(url, customers);
  const took = customers.slice(warmUps).map((customer) => {
    return (sent.get(addressOf(customer)) ?? NaN) - (posted.get(customer) ?? NaN);
  });
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}

/** What nobody waits for comes after the crowd, and must be over before the next. Milliseconds. */
const restMs = 8_000;

/** Crowds of customers who all sign up at once, one crowd after the other: milliseconds until the last of each has a message. */
export async function measureBursts(url: string, { crowds, count }: { crowds: number; count: number }) {
  const took: number[] = [];
  for (let crowd = 0; crowd < crowds; crowd++) {
    await pause(restMs);
    const customers = Array.from({ length: count }, (_, i) => `burst-${crowd}-${i}`);
    const begun = Date.now();
    await Promise.all(customers.map((customer) => post(url, '/v1/track', signUp(customer))));
    took.push(Math.max(...(await firstMessages(url, customers)).values()) - begun);
  }
  return took;
}
