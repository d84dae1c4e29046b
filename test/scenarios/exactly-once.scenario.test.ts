import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { mapConcurrent } from '../../lib/shared/concurrency.ts';
import { type Item } from '../../lib/aws/table/dynamo-table.ts';
import { randomFrom, shuffled } from '../support/random.ts';
import { allRows, profilesIn, rowsIn } from '../support/table-rows.ts';
import { type Message, startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });

const customers = 200;
const messagesEach = 100;
const total = customers * messagesEach;
const clients = 64;

interface Body {
  batch: Message[];
  sentAt?: string;
}

/** Within the hour before the world begins: what is older is history, and starts no journey. */
const begins = Date.parse('2026-03-01T11:05:00.000Z');

/** A customer tells an address, signs up, looks around, and reads a lot. */
function messageOf(customer: number, i: number): Message {
  const userId = `customer-${customer}`;
  const event = ['', 'Signed Up', 'Product Viewed', 'Product Added'][i] ?? 'Article Read';
  const timestamp = new Date(begins + i * 20_000).toISOString();
  return {
    ...(i === 0 ? { type: 'identify', traits: { email: `${userId}@example.com` } } : { type: 'track', event }),
    ...{ userId, timestamp, messageId: `${userId}-${i}` },
  };
}

/** Portions of 250 messages, each of ten customers. */
function portions(): Message[][] {
  const sizes = { customers: 10, each: 25 };
  const found: Message[][] = [];
  for (let first = 0; first < messagesEach; first += sizes.each)
    for (let group = 0; group < customers; group += sizes.customers)
      found.push(
        Array.from({ length: sizes.customers * sizes.each }, (_, n) =>
          messageOf(group + Math.floor(n / sizes.each), first + (n % sizes.each)),
        ),
      );
  return found;
}

/** Every message twice: in one body, in bodies with others, or in the same body again with the time of its second sending. */
function bodies(): Body[] {
  const bySlowClock = (ms: number) => new Date(Date.parse('2026-03-01T11:50:00.000Z') + ms).toISOString();
  const all = portions();
  return all.flatMap((portion, i): Body[] => {
    const next = all[(i + 3) % all.length]!.slice(125);
    if (i % 3 === 0) return [{ batch: [...portion, ...portion] }];
    if (i % 3 === 1) return [{ batch: portion }, { batch: [...portion.slice(0, 125), ...next] }];
    return [
      { batch: portion, sentAt: bySlowClock(0) },
      { batch: portion, sentAt: bySlowClock(7_000) },
    ];
  });
}

let world: World;
let rows: Item[];
let sent = 0;

beforeAll(async () => {
  world = await startWorld();
  await mapConcurrent(shuffled(bodies(), randomFrom(1)), clients, async (body) => {
    const { status, body: verdict } = await world.call('POST', '/v1/batch', {
      ...body,
      writeKey: world.local.keys.write,
    });
    expect({ status, verdict }).toEqual({
      status: 200,
      verdict: { success: true, accepted: body.batch.length, rejected: [] },
    });
    sent += body.batch.length;
  });
  await world.local.settled();
  rows = await allRows(world.local);
}, 400_000);
afterAll(() => world.stop());

test('20,000 messages and 20,000 duplicates, from 64 clients at once, are 20,000 touchpoints', () => {
  expect(sent).toBe(2 * total);
  expect(rowsIn(rows, 't#')).toHaveLength(total);
});

test('every touchpoint is counted once', () => {
  const counts = new Map<string, number>();
  for (const profile of profilesIn(rows))
    for (const [name, { n }] of Object.entries(profile.counts)) counts.set(name, (counts.get(name) ?? 0) + n);
  const once = {
    Identified: customers,
    'Signed Up': customers,
    'Product Viewed': customers,
    'Product Added': customers,
  };
  expect(Object.fromEntries(counts)).toEqual({ ...once, 'Article Read': customers * (messagesEach - 4) });
});

test('everybody enters a stage once, a journey once, and gets one message', () => {
  const entered = rowsIn(rows, 's#').map(({ pk, doc }) => {
    const { to } = JSON.parse(String(doc)) as { to: string };
    return `${pk} ${to}`;
  });
  expect(new Set(entered).size).toBe(entered.length);
  expect(profilesIn(rows).map(({ stage }) => stage?.id)).toEqual(
    Array.from({ length: customers }, () => 'consideration'),
  );
  expect(rowsIn(rows, 'enrolment#')).toHaveLength(customers);
  expect(rowsIn(rows, 'send#')).toHaveLength(customers);
  const addressed = world.outbox().map(({ to, subject }) => `${to.join()} ${subject}`);
  expect(addressed).toHaveLength(customers);
  expect(new Set(addressed).size).toBe(customers);
});

test('one decision is made for each stage entered', () => {
  expect(rowsIn(rows, 'd#')).toHaveLength(rowsIn(rows, 's#').length);
});

test('nothing was put aside, and nothing failed', () => {
  const queues = world.local.services.queues.counts();
  expect(Object.values(queues).every((count) => count === 0)).toBe(true);
});
