import { expect, test } from 'vitest';
import { type Item } from '#lib/aws/table/dynamo-table.ts';
import { asRefusal } from '#lib/aws/table/write-refusal.ts';
import { type AcceptedMessage, type UndatedTouchpoint } from '#lib/ingestion/message/parse-message.ts';
import { touchpointStore } from '#lib/ingestion/message/touchpoint-store.ts';
import { memoryTable, muteErrors } from '../../functions/ingestion/ingestion-world.ts';

const at = '2026-11-22T11:59:50.000Z';
const saving = { workspace: 'local', receivedAt: Date.parse('2026-11-22T12:00:00.000Z'), withinMs: 2_000 };

function touchpoint(fields: Partial<UndatedTouchpoint> = {}): AcceptedMessage {
  const draft = { messageId: 'm-1', at, type: 'track' as const, name: 'Signed Up', channel: 'web', userId: 'ada' };
  return { draft: { ...draft, properties: {}, context: {}, ...fields }, index: 0 };
}

const undated = (fields: Partial<UndatedTouchpoint> = {}): AcceptedMessage => {
  const { draft } = touchpoint(fields);
  delete draft.at;
  return { draft, index: 0 };
};

const many = (n: number): AcceptedMessage[] => Array.from({ length: n }, (_, i) => touchpoint({ messageId: `m-${i}` }));

const named = (name: string): Error => Object.assign(new Error(name), { name });

test('a touchpoint is one item: customer, time and id in its key, the rest one string', async () => {
  const { table, items } = memoryTable();
  await touchpointStore(table).save([touchpoint({ properties: { plan: 'pro' } })], saving);
  expect([...items.values()]).toEqual([
    {
      pk: 'local#u:ada',
      sk: `t#${at}#m-1`,
      doc: '{"type":"track","name":"Signed Up","channel":"web","userId":"ada","properties":{"plan":"pro"},"context":{}}',
    },
  ]);
});

test('a key that comes twice in a request is written once, the first of them', async () => {
  const { table, rows } = memoryTable();
  await touchpointStore(table).save([touchpoint({ name: 'First' }), touchpoint({ name: 'Second' })], saving);
  expect(rows('t#').map(({ doc }) => JSON.parse(String(doc)) as unknown)).toMatchObject([{ name: 'First' }]);
});

test('2,500 touchpoints are stored through a throttle that takes a third', async () => {
  let call = 0;
  const { table, rows } = memoryTable((batch) => {
    if (++call % 5 === 0) throw named('ProvisionedThroughputExceededException');
    return batch.filter((_, i) => (i + call) % 3 > 0);
  });
  await touchpointStore(table).save(many(2_500), { ...saving, withinMs: 8_000 });
  expect(rows('t#')).toHaveLength(2_500);
});

const fail = (name: string) => (): never => {
  throw named(name);
};

test.each([
  { when: 'takes nothing', refuse: (batch: Item[]) => batch, kind: 'throttled', code: 'store.throttled' },
  { when: 'throttles', refuse: fail('ThrottlingException'), kind: 'throttled', code: 'store.throttled' },
  { when: 'fails', refuse: fail('InternalServerError'), kind: 'unavailable', code: 'store.unavailable' },
])('a table that $when to the end is told apart', async ({ refuse, kind, code }) => {
  muteErrors();
  const { table } = memoryTable(refuse);
  const save = touchpointStore(table).save(many(3), { ...saving, withinMs: 20 });
  await expect(save).rejects.toMatchObject({ kind, code });
});

test('the clock difference is there before the touchpoint', async () => {
  const order: string[] = [];
  const { table, rows } = memoryTable((batch) => {
    order.push(...batch.map(({ sk }) => sk.slice(0, 2)));
    return [];
  });
  await touchpointStore(table).save([{ ...touchpoint(), skew: 3_600 }], saving);
  expect(order).toEqual(['c#', 't#']);
  expect(rows('c#')).toEqual([{ pk: 'local#u:ada', sk: `c#${at}#m-1`, skew: 3_600 }]);
});

test('a message without a time is stored under the time it first came, however often it comes', async () => {
  const { table, rows } = memoryTable();
  const store = touchpointStore(table);
  await store.save([undated()], saving);
  await store.save([undated(), undated()], { ...saving, receivedAt: saving.receivedAt + 60_000 });
  expect(rows('t#').map(({ sk }) => sk)).toEqual(['t#2026-11-22T12:00:00.000Z#m-1']);
});

/** The table of a customer who has all the rows that a customer can have. */
const fullFor = (userId: string) =>
  memoryTable((batch) => {
    if (batch.some(({ pk }) => pk === `local#u:${userId}`)) throw named('ItemCollectionSizeLimitExceededException');
    return [];
  });

/** 25 messages, the thirteenth of Grace. */
const withGrace = (more: Partial<AcceptedMessage> = {}): AcceptedMessage[] =>
  many(25).map(({ draft }, index) => ({ draft: { ...draft, userId: index === 12 ? 'grace' : 'ada' }, index, ...more }));

test('one full customer among 25 is named, the others are stored, and sending all again does the same', async () => {
  const { table, rows } = fullFor('grace');
  const store = touchpointStore(table);
  for (const _ of ['once', 'again']) {
    const refused = await store.save(withGrace(), saving);
    expect(refused).toMatchObject([{ message: { index: 12 }, code: 'customer-full' }]);
    expect(rows('t#')).toHaveLength(24);
  }
});

test('a message whose clock difference cannot be stored is not stored at a wrong time', async () => {
  const { table, rows } = memoryTable((batch) => {
    if (batch.some(({ pk, sk }) => pk === 'local#u:grace' && sk.startsWith('c#'))) throw named('ValidationException');
    return [];
  });
  const refused = await touchpointStore(table).save(withGrace({ skew: 3_600 }), saving);
  expect(refused).toMatchObject([{ message: { index: 12 }, code: 'not-storable' }]);
  expect(rows('t#').map(({ pk }) => pk)).toEqual(Array(24).fill('local#u:ada'));
});

test('a message whose first receive time cannot be stored is named, and the others are stored', async () => {
  const { table, rows } = memoryTable();
  const refusing: typeof table = {
    ...table,
    async update(key, set) {
      if (key.pk === 'local#u:grace') throw asRefusal(named('ItemCollectionSizeLimitExceededException'), [key]);
      return table.update(key, set);
    },
  };
  const refused = await touchpointStore(refusing).save([undated(), undated({ userId: 'grace' })], saving);
  expect(refused).toMatchObject([{ message: { draft: { userId: 'grace' } }, code: 'customer-full' }]);
  expect(rows('t#').map(({ pk }) => pk)).toEqual(['local#u:ada']);
});

test('a throttle among single puts is tried again like any other', async () => {
  let throttled = 0;
  const { table, rows } = memoryTable((batch) => {
    if (batch.some(({ pk }) => pk === 'local#u:grace')) throw named('ItemCollectionSizeLimitExceededException');
    if (batch.length === 1 && throttled++ < 5) throw named('ThrottlingException');
    return [];
  });
  expect(await touchpointStore(table).save(withGrace(), saving)).toHaveLength(1);
  expect(rows('t#')).toHaveLength(24);
});
