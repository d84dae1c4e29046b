import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keys } from '#lib/model/keys/table-keys.ts';
import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { acme, aTouchpoint, days, folded, minutes, type Sketch } from '../../profile/profile-examples.ts';
import { aWorld, raised, rawRecord, record, sequenceOf, writesThrough } from '../../projection/projector-harness.ts';

const ada = { workspace: 'acme', customer: 'u:ada' };
const order = (sketch: Sketch = {}) => aTouchpoint({ name: 'Order Completed', properties: { revenue: 10 }, ...sketch });

/** Counts requests by kind. */
function counted() {
  const counts = { getMany: 0, writes: 0 };
  const around = (table: Table): Table => ({
    ...table,
    getMany: (...args) => (counts.getMany++, table.getMany(...args)),
    replace: (...args) => (counts.writes++, table.replace(...args)),
  });
  return { counts, around };
}

test('a batch costs one read for all its customers and one write for each', async () => {
  const { counts, around } = counted();
  const world = await aWorld({ around });
  const all = ['ada', 'bo', 'cy'].flatMap((userId) => [order({ userId }), order({ userId }), order({ userId })]);
  expect(await world.fold(...all.map((touchpoint) => record(touchpoint)))).toEqual([]);
  expect(counts).toEqual({ getMany: 1, writes: 3 });
  expect((await world.profile('u:bo'))?.purchases).toMatchObject({ n: 3, revenue: 30 });
});

test('a first touchpoint makes the profile, with its stage, transition row, signals and next review', async () => {
  const world = await aWorld();
  const first = order();
  await world.fold(record(first));
  expect(await world.profile('u:ada')).toMatchObject({
    stage: { id: 'retention', touchpoint: first.messageId },
    nextReview: days(31),
  });
  const item = await world.table.get(keys.profile(ada));
  expect(item).toMatchObject({ rev: 1, listPk: expect.stringContaining('#retention') as string, dueAt: days(31) });
  expect(JSON.parse(String(item?.signals))).toMatchObject([{ type: 'stage', transition: { to: 'retention' } }]);
  expect(await world.rows('u:ada')).toContain(`s#${first.at}#${first.messageId}`);
});

test('the next review stays where it is while touchpoints come', async () => {
  const world = await aWorld();
  await world.fold(record(order()));
  const before = (await world.table.get(keys.profile(ada)))?.dueAt;
  await world.fold(record(order({ at: minutes(9) })));
  expect((await world.table.get(keys.profile(ada)))?.dueAt).toBe(before);
});

test('every record delivered one to three times, customers shuffled, folds as delivered once', async () => {
  const world = await aWorld();
  const customers = ['ada', 'bo', 'cy', 'di'];
  const sent = fc.sample(
    fc.array(fc.tuple(fc.constantFrom(...customers), fc.integer({ min: 0, max: 99 })), {
      minLength: 60,
      maxLength: 60,
    }),
    { seed: 7, numRuns: 1 },
  )[0]!;
  const all = sent.map(([userId, minute]) => order({ userId, at: minutes(minute) }));
  const records = all.map((touchpoint) => record(touchpoint));
  // A stream keeps the order of one partition; batches are told again from any point on.
  for (let start = 0; start < records.length; start += 7) {
    for (let times = 0; times <= start % 3; times++) {
      const from = Math.max(0, start - 10 * times);
      const batch = records.slice(from, start + 7).map((one, i) => ({ one, key: (i * 7919) % 13, i }));
      const byCustomer = (pk: string) => batch.filter(({ one }) => one.dynamodb?.Keys?.pk?.S === pk);
      const order = [...new Set(batch.sort((a, b) => a.key - b.key).map(({ one }) => one.dynamodb?.Keys?.pk?.S ?? ''))];
      await world.fold(...order.flatMap((pk) => byCustomer(pk).sort((a, b) => a.i - b.i)).map(({ one }) => one));
    }
  }
  for (const userId of customers) {
    const mine = all.filter((touchpoint) => touchpoint.userId === userId);
    const { counts, purchases } = (await world.profile(`u:${userId}`))!;
    const expected = folded(mine, `u:${userId}`);
    expect({ counts, purchases }).toEqual({ counts: expected.counts, purchases: expected.purchases });
    const moves = (await world.rows(`u:${userId}`)).filter((sk) => sk.startsWith('s#'));
    expect(moves).toHaveLength(1); // to retention, once
  }
});

test('a write that is overtaken reads again and folds onto what was written', async () => {
  const around = writesThrough(async (write) => (write <= 2 ? 'conflict' : 'go on'));
  const world = await aWorld({ around });
  await world.fold(record(order()));
  expect((await world.profile('u:ada'))?.purchases.n).toBe(1);
});

test('two environments that fold the same records at once fold each once', async () => {
  const world = await aWorld();
  const records = Array.from({ length: 12 }, (_, i) => record(order({ at: minutes(i) })));
  await Promise.all([world.fold(...records), world.fold(...records), world.fold(...records.slice(0, 5))]);
  expect((await world.profile('u:ada'))?.purchases.n).toBe(12);
});

test('after a death between read and write the records are folded when they come again', async () => {
  const around = writesThrough(async (write) => {
    if (write === 1) throw raised('TimeoutError');
    return 'go on';
  });
  const world = await aWorld({ around });
  const [one, two] = [record(order()), record(order({ userId: 'bo' }))];
  const failed = await world.fold(one, two);
  expect(failed).toHaveLength(1);
  await world.fold(one, two);
  expect((await world.profile('u:ada'))?.purchases.n).toBe(1);
  expect((await world.profile('u:bo'))?.purchases.n).toBe(1);
});

test('one customer’s trouble is told from the first unfolded record on, and is no other’s', async () => {
  const trouble = (table: Table): Table => ({
    ...table,
    replace: (item, ...rest) =>
      item.pk.endsWith('ada') ? Promise.reject(raised('ThrottlingException')) : table.replace(item, ...rest),
  });
  const world = await aWorld({ around: trouble });
  const [a, b, c] = [record(order()), record(order({ userId: 'bo' })), record(order())];
  expect(await world.fold(a, b, c)).toEqual([sequenceOf(a), sequenceOf(c)]);
  expect((await world.profile('u:bo'))?.purchases.n).toBe(1);
});

test.each([
  ['doc.not-json', { pk: 'acme#u:ada', sk: `t#${days(1)}#m1` }, '{'],
  ['doc.invalid', { pk: 'acme#u:ada', sk: `t#${days(1)}#m1` }, '{"type":"track"}'],
  ['key.invalid', { pk: 'acme#u:ada', sk: 't#yesterday#m1' }, '{}'],
  ['key.invalid', { pk: 'acme#somebody', sk: `t#${days(1)}#m1` }, '{}'],
  ['key.invalid', { pk: '#u:ada', sk: `t#${days(1)}#m1` }, '{}'],
])('a record with %s goes to the queue with its key, and its neighbours are folded', async (reason, key, doc) => {
  const world = await aWorld();
  const [before, poison, after] = [record(order()), rawRecord(key, doc, days(1)), record(order())];
  expect(await world.fold(before, poison, after)).toEqual([]);
  expect(world.letters).toMatchObject([{ function: 'project', key, sequenceNumber: sequenceOf(poison), reason }]);
  expect((await world.profile('u:ada'))?.purchases.n).toBe(2);
});

test('poison told again with its neighbours is not reported again', async () => {
  const world = await aWorld();
  const batch = [record(order()), rawRecord(keys.touchpoint(ada, days(1), 'm1'), '{', days(1))];
  await world.fold(...batch);
  await world.fold(...batch);
  expect(world.letters).toHaveLength(1);
});

test('poison that cannot be put aside is tried again, not dropped', async () => {
  const world = await aWorld({ refuseLetters: true });
  const poison = rawRecord(keys.touchpoint(ada, days(1), 'm1'), '{', days(1));
  expect(await world.fold(poison)).toEqual([sequenceOf(poison)]);
});

test('a wrong clock is set right by the companion row, and no touchpoint is later than it was stored', async () => {
  const world = await aWorld();
  const [slow, fast] = [order({ at: days(1) }), order({ at: days(5), userId: 'bo' })];
  await world.table.put({ ...keys.clockSkew(ada, slow.at, slow.messageId), skew: 86_400 });
  await world.fold(record(slow, days(2)), record(fast, days(3)));
  expect((await world.profile('u:ada'))?.lastSeen).toBe(days(2));
  expect((await world.profile('u:bo'))?.lastSeen).toBe(days(3).replace('.000Z', '.999Z'));
});

test('a message id that comes twice in one batch, and moves the customer twice at one moment, is written', async () => {
  const world = await aWorld();
  const moves = { messageId: 'm1', userId: 'ada' };
  const late = aTouchpoint({ ...moves, name: 'Order Completed', at: days(2) });
  const early = aTouchpoint({ ...moves, name: 'Product Viewed', at: days(1) });
  const last = aTouchpoint({ name: 'Page Viewed', messageId: 'm0', at: days(3) });
  await world.fold(record(last, days(3)));
  expect(await world.fold(record(early, days(3)), record(late, days(3)))).toEqual([]);
  expect(world.letters).toEqual([]);
  expect((await world.profile('u:ada'))?.counts).toMatchObject({ 'Order Completed': { n: 1 } });
});

test('a correction of more than a week that an older version stored is passed over', async () => {
  const world = await aWorld();
  const late = order({ at: days(1) });
  await world.table.put({ ...keys.clockSkew(ada, late.at, late.messageId), skew: -251_600_000_000 });
  await world.fold(record(late, days(2)));
  expect(world.letters).toEqual([]);
  expect(await world.profile('u:ada')).toMatchObject({ firstSeen: days(1), lastSeen: days(1) });
});

test('a hundred moves of one customer in one batch are written, though a transaction holds fewer', async () => {
  const world = await aWorld();
  const names = ['Product Viewed', 'Order Completed'];
  const all = Array.from({ length: 120 }, (_, i) =>
    aTouchpoint({ name: names[i % 2]!, at: days(i * 200), userId: 'ada' }),
  );
  expect(await world.fold(...all.map((touchpoint) => record(touchpoint)))).toEqual([]);
  const profile = await world.profile('u:ada');
  expect(profile?.counts['Product Viewed']?.n).toBe(60);
  expect((await world.rows('u:ada')).filter((sk) => sk.startsWith('s#')).length).toBeGreaterThan(100);
});

test('positions of an earlier stream do not hide the records of a new one', async () => {
  const world = await aWorld();
  await world.fold(record(order()));
  const again = { ...record(order()), eventSourceARN: 'arn:aws:dynamodb:r:0:table/T/stream/2027-01-01T00:00:00.000' };
  again.dynamodb!.SequenceNumber = '1';
  await world.fold(again);
  await world.fold(again);
  expect((await world.profile('u:ada'))?.purchases.n).toBe(2);
});

test('a customer of a workspace without settings is folded by the defaults', async () => {
  const world = await aWorld();
  const key = keys.touchpoint({ workspace: 'other', customer: 'u:ada' }, days(1), 'm1');
  await world.fold(rawRecord(key, JSON.stringify({ type: 'track', name: 'Order Completed', channel: 'web' }), days(1)));
  expect(await world.profiles.get({ workspace: 'other', customer: 'u:ada' })).toMatchObject({
    stage: { id: 'retention' },
  });
  expect(acme.id).not.toBe('other');
});
