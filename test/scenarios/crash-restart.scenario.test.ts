import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Entry } from '../support/customer-client.ts';
import { randomFrom } from '../support/random.ts';
import { type RunnerProcess, startRunner } from '../support/runner-process.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 400_000 });

const kills = 5;
const senders = 8;

/** Each sender's customers sign up, and look at this many products, one request each. */
const views = 3;

const data = mkdtempSync(join(tmpdir(), 'kill-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const random = randomFrom(42);
const acknowledged = new Map<string, Set<string>>();
let requests = 0;
let runner: RunnerProcess;

const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

interface Sending {
  userId: string;
  batch: Record<string, unknown>[];
}

/** Sends until it is taken, by whatever runner is up, as every SDK does; what was taken is noted. */
async function insist({ userId, batch }: Sending): Promise<void> {
  const body = JSON.stringify({ batch: batch.map((message) => ({ userId, ...message })), writeKey: 'wk_local' });
  const headers = { 'content-type': 'application/json' };
  for (;;) {
    const taken = await fetch(`${runner.url}/v1/batch`, { method: 'POST', headers, body }).catch(() => undefined);
    if (taken?.ok) break;
    await pause(20);
  }
  requests++;
  const mine = acknowledged.get(userId) ?? new Set();
  acknowledged.set(userId, mine);
  for (const { messageId } of batch) mine.add(String(messageId));
}

/** A customer's life: an address, a sign-up, some looking around. Every third activates, every third buys. */
async function live(userId: string, nth: number): Promise<void> {
  const message = (event: string, i: number) => {
    return { type: 'track', event, messageId: `${userId} ${event} ${i}`, timestamp: new Date().toISOString() };
  };
  const identify = { type: 'identify', messageId: `${userId} identify`, timestamp: new Date().toISOString() };
  const known = { ...identify, traits: { email: `${userId}@example.com` } };
  await insist({ userId, batch: [known, message('Signed Up', 0)] });
  for (let i = 0; i < views; i++) await insist({ userId, batch: [message('Product Viewed', i)] });
  if (nth % 3 === 1) await insist({ userId, batch: [message('Activated', 0)] });
  if (nth % 3 === 2) await insist({ userId, batch: [message('Order Completed', 0)] });
}

async function get<Body>(path: string): Promise<Body> {
  const headers = { authorization: 'Bearer sk_local' };
  const response = await fetch(`${runner.url}${path}`, { headers });
  expect(response.status).toBe(200);
  return (await response.json()) as Body;
}

async function advance(duration: string): Promise<void> {
  await fetch(`${runner.url}/local/clock`, { method: 'POST', body: JSON.stringify({ advance: duration }) });
}

const ending = ['waited', 'activated', 'bought'] as const;
const customers: { id: string; ending: (typeof ending)[number] }[] = [];

/** Customers are born until the last kill; whoever lives then lives on to the end. */
async function send(sender: number, going: () => boolean): Promise<void> {
  for (let nth = 0; going() || nth < 3; nth++) {
    const id = `customer-${sender}-${nth}`;
    customers.push({ id, ending: ending[nth % 3]! });
    await live(id, nth);
  }
}

/** Resolves when so many more requests were taken: what they began is under way. */
async function underWay(more: number): Promise<void> {
  const enough = requests + more;
  while (requests < enough) await pause(5);
}

beforeAll(async () => {
  runner = await startRunner('--data', data);
  let killed = 0;
  const sending = Array.from({ length: senders }, (_, sender) => send(sender, () => killed < kills));
  while (killed < kills) {
    await underWay(5 + Math.floor(random() * 40));
    await pause(random() * 50);
    await runner.kill();
    killed++;
    runner = await startRunner('--data', data);
  }
  await Promise.all(sending);
  await advance('1s');
  // Among what goes on over this kill are the timers of all who wait for help.
  await runner.kill();
  runner = await startRunner('--data', data);
  await advance('4d');
});
afterAll(() => runner.kill());

const timelineOf = async (id: string): Promise<Entry[]> =>
  (await get<{ items: Entry[] }>(`/v1/customers/${id}/timeline?limit=100`)).items;

const idsOf = (who: (typeof ending)[number]): string[] =>
  customers.flatMap((customer) => (customer.ending === who ? [customer.id] : []));

async function messagesTo(id: string): Promise<string[]> {
  const messages = (await timelineOf(id)).filter(
    ({ kind, journeyId }) => kind === 'message' && journeyId === 'onboarding',
  );
  return messages.map(({ stepId = '', status }) => (status === 'sent' ? stepId : `${stepId}: ${status}`)).reverse();
}

test('everything acknowledged is stored, and counted once', async () => {
  expect(customers.length).toBeGreaterThanOrEqual(kills);
  for (const [id, messageIds] of acknowledged) {
    const touchpoints = (await timelineOf(id)).filter(({ kind }) => kind === 'touchpoint');
    expect(new Set(touchpoints.map(({ messageId }) => messageId))).toEqual(messageIds);
    const { touchpoints: counts } = await get<{ touchpoints: Record<string, { n: number }> }>(`/v1/customers/${id}`);
    expect(Object.values(counts).reduce((sum, { n }) => sum + n, 0)).toBe(messageIds.size);
  }
});

test('no timer is lost: who did nothing for three days got help', async () => {
  for (const id of idsOf('waited')) expect(afterUnknown(await messagesTo(id))).toEqual(['Welcome', 'Help on the web']);
});

test('no wake-up is lost: who activated got the next steps', async () => {
  for (const id of idsOf('activated')) {
    const messages = afterUnknown(await messagesTo(id));
    expect(messages.toSorted()).toEqual(['Next steps', 'Welcome']);
  }
});

test('no exit is lost: who bought is out, and got no help', async () => {
  for (const id of idsOf('bought')) {
    const { enrolments } = await get<{ enrolments: { journeyId: string; outcome?: string }[] }>(`/v1/customers/${id}`);
    const onboarding = enrolments.filter(({ journeyId }) => journeyId === 'onboarding');
    for (const { outcome } of onboarding) expect(outcome).toBe('exited');
    expect((await messagesTo(id)).join()).not.toContain('Help');
  }
});

/** A kill between sending and noting it down leaves a message of which nobody knows; it is told as that and not sent again. */
const afterUnknown = (messages: string[]): string[] => messages.map((message) => message.replace(': unknown', ''));

test('no message went out twice', async () => {
  const { items } = await get<{ items: { to: string[]; subject: string }[] }>('/local/outbox');
  const sent = items.map(({ to, subject }) => `${to.join()} ${subject}`);
  expect(sent.length).toBeGreaterThan(customers.length / 2);
  expect(new Set(sent).size).toBe(sent.length);
});

test('nothing was put aside', async () => {
  const { queues } = await get<{ queues: Record<string, unknown[]> }>('/local/queues');
  expect(Object.values(queues).flat()).toEqual([]);
});
