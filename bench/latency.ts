import { setTimeout as pause } from 'node:timers/promises';
import { type Local } from '../infra/local/runner.ts';
import { percentile } from './figures.ts';
import { message, post } from './world.ts';

export interface Latency {
  /** From posting the event to the journey's first message in the outbox, milliseconds. */
  p50: number;
  p99: number;
}

const signUp = (customer: string) => ({
  ...message(customer, `enter-${customer}`, 'Signed Up'),
  context: { traits: { email: `${customer}@example.com` } },
});

/** When each customer's first message lay in the outbox, by address. Polled: `performance.now()` of the first look that saw it. */
function watchOutbox(local: Local): { seen: Map<string, number>; stop: () => void } {
  const seen = new Map<string, number>();
  const look = setInterval(() => {
    const now = performance.now();
    for (const { to } of local.services.mail.list({ limit: 400 }))
      for (const address of to) if (!seen.has(address)) seen.set(address, now);
  }, 1);
  return { seen, stop: () => clearInterval(look) };
}

async function until(seen: Map<string, number>, customers: string[], timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs;
  const missing = (): number => customers.filter((customer) => !seen.has(`${customer}@example.com`)).length;
  while (missing() > 0) {
    if (performance.now() > end) throw new Error(`${missing()} customers got no message in ${timeoutMs} ms`);
    await pause(5);
  }
}

/** Customers who sign up one after another, `perSecond`. The first ten warm the functions up and do not count. */
export async function measureLatency(
  local: Local,
  { count, perSecond }: { count: number; perSecond: number },
): Promise<Latency> {
  const { seen, stop } = watchOutbox(local);
  const posted: number[] = [];
  const customers = Array.from({ length: count + 10 }, (_, i) => `paced-${i}`);
  const sending: Promise<void>[] = [];
  for (const customer of customers) {
    posted.push(performance.now());
    sending.push(post(local.url, '/v1/track', signUp(customer)));
    await pause(1_000 / perSecond);
  }
  await Promise.all(sending);
  await until(seen, customers, 30_000);
  stop();
  const took = customers
    .map((customer, i) => (seen.get(`${customer}@example.com`) ?? NaN) - (posted[i] ?? NaN))
    .slice(10);
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}

/** Customers who all sign up at once: milliseconds until the last has a message. */
export async function measureBurst(local: Local, count: number): Promise<number> {
  const { seen, stop } = watchOutbox(local);
  const customers = Array.from({ length: count }, (_, i) => `burst-${i}`);
  const begun = performance.now();
  await Promise.all(customers.map((customer) => post(local.url, '/v1/track', signUp(customer))));
  await until(seen, customers, 60_000);
  stop();
  return Math.max(...customers.map((customer) => seen.get(`${customer}@example.com`) ?? NaN)) - begun;
}
