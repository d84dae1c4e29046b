import { expect, test } from 'vitest';
import { type Item, type Table } from '#lib/aws/table/dynamo-table.ts';
import { keys } from '#lib/model/keys/table-keys.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { aTouchpoint, days, minutes } from '../../profile/profile-examples.ts';
import { aWorld, noLimits, raised, rawRecord, record, sequenceOf } from '../../projection/projector-harness.ts';

const ada = { workspace: 'acme', customer: 'u:ada' };
const order = (userId = 'ada', at = minutes(0)) =>
  aTouchpoint({ userId, name: 'Order Completed', properties: { revenue: 10 }, at });
const poison = (userId = 'ada', at = minutes(0)) => aTouchpoint({ userId, name: 'Poison', at });

const invalid = (): Error => raised('ValidationException', 'One or more parameter values were invalid');

/** A table that refuses profiles as `refusal` says. */
const refusing =
  (refusal: (item: Item) => Error | undefined) =>
  (table: Table): Table => ({
    ...table,
    replace: async (item, ...rest) => {
      const error = refusal(item);
      if (error) throw error;
      return table.replace(item, ...rest);
    },
  });

const holdsPoison = (item: Item): boolean => String(item.doc).includes('Poison');

const refusesPoison = refusing((item) => (holdsPoison(item) ? invalid() : undefined));

test('of five hundred touchpoints, the three that DynamoDB refuses get a letter each, and the others are folded', async () => {
  const world = await aWorld({ around: refusesPoison });
  const all = Array.from({ length: 500 }, (_, i) => ([0, 250, 499].includes(i) ? poison() : order()));
  const records = all.map((touchpoint) => record(touchpoint));
  expect(await world.fold(...records, record(order('bo')))).toEqual([]);
  expect(world.letters.map(({ sequenceNumber }) => sequenceNumber)).toEqual(
    [0, 250, 499].map((i) => sequenceOf(records[i]!)),
  );
  for (const { reason } of world.letters) expect(reason).toMatch(/^write\.invalid: /);
  expect((await world.profile('u:ada'))?.purchases.n).toBe(497);
  expect((await world.profile('u:bo'))?.purchases.n).toBe(1);
});

test('poison that is delivered again with its neighbours has one letter', async () => {
  const world = await aWorld({ around: refusesPoison });
  const batch = [record(order()), record(poison()), record(order())];
  for (let delivery = 0; delivery < 3; delivery++) expect(await world.fold(...batch)).toEqual([]);
  expect(world.letters).toHaveLength(1);
  expect((await world.profile('u:ada'))?.purchases.n).toBe(2);
  expect((await world.profile('u:ada'))?.folded.asides).toBeUndefined();
});

test('a customer of whom nothing can be written gets a letter for each touchpoint', async () => {
  const around = refusing(({ pk }) =>
    pk.endsWith('ada') ? raised('ItemCollectionSizeLimitExceededException') : undefined,
  );
  const world = await aWorld({ around });
  await profileStore(world.table).save({ profile: (await aProfileOf(world))! }, 1);
  const mine = [record(order()), record(order()), record(order())];
  expect(await world.fold(...mine, record(order('bo')))).toEqual([]);
  expect(world.letters.map(({ sequenceNumber }) => sequenceNumber)).toEqual(mine.map(sequenceOf));
  for (const { reason } of world.letters) expect(reason).toMatch(/^write\.collection-full: /);
  expect((await world.profile('u:bo'))?.purchases.n).toBe(1);
});

/** Ada's profile, written past the table that refuses. */
async function aProfileOf(world: Awaited<ReturnType<typeof aWorld>>) {
  const calm = await aWorld();
  await calm.fold(record(order('ada', minutes(-60))));
  const item = await calm.table.get(keys.profile(ada));
  await world.table.put(item!);
  return world.profile('u:ada');
}

test.each(['before the letter', 'after the letter'])(
  'after a crash %s, the redelivery ends with one letter',
  async (when) => {
    const letters: string[] = [];
    let crashes = 1;
    const world = await aWorld({
      around: refusesPoison,
      deadLetters: async ({ id }) => {
        if (when === 'after the letter') letters.push(id);
        if (crashes-- > 0) throw raised('TimeoutError');
        if (when === 'before the letter') letters.push(id);
      },
    });
    const batch = [record(order()), record(poison()), record(order())];
    expect(await world.fold(...batch)).toEqual(batch.slice(1).map(sequenceOf));
    expect(await world.fold(...batch)).toEqual([]);
    expect(await world.fold(...batch)).toEqual([]);
    expect(new Set(letters).size).toBe(1);
    expect((await world.profile('u:ada'))?.purchases.n).toBe(2);
  },
);

test('poison that is mended between a crash and the redelivery keeps its letter, and is not folded beside it', async () => {
  let mended = false;
  let crashes = 1;
  const letters: string[] = [];
  const world = await aWorld({
    around: refusing((item) => (!mended && holdsPoison(item) ? invalid() : undefined)),
    deadLetters: async ({ id }) => {
      if (crashes-- > 0) throw raised('TimeoutError');
      letters.push(id);
    },
  });
  const batch = [record(order()), record(poison())];
  await world.fold(...batch);
  mended = true;
  expect(await world.fold(...batch)).toEqual([]);
  expect(letters).toHaveLength(1);
  expect((await world.profile('u:ada'))?.counts.Poison).toBeUndefined();
});

test('an unforeseen fault is put aside when others of the workspace were written', async () => {
  const around = refusing(({ pk }) => (pk.endsWith('ada') ? new TypeError('x is undefined') : undefined));
  const world = await aWorld({ around });
  const [mine, other] = [record(order()), record(order('bo'))];
  expect(await world.fold(mine, other)).toEqual([]);
  expect(world.letters).toMatchObject([
    { reason: 'fault.unforeseen: x is undefined', sequenceNumber: sequenceOf(mine) },
  ]);
});

test('an unforeseen fault of all customers is retried for an hour, then put aside', async () => {
  const around = refusing(() => new TypeError('x is undefined'));
  const limits = { ...noLimits, unforeseenAfterMs: 3_600_000 };
  const young = await aWorld({ around, limits, now: minutes(59) });
  const batch = [record(order()), record(order('bo'))];
  expect(await young.fold(...batch)).toEqual(batch.map(sequenceOf));
  expect(young.letters).toEqual([]);
  const old = await aWorld({ around, limits, now: minutes(60) });
  expect(await old.fold(...batch)).toEqual([]);
  expect(old.letters).toHaveLength(2);
});

test('a profile that cannot be read is its own customer’s trouble', async () => {
  const world = await aWorld();
  await world.table.put({ ...keys.profile(ada), rev: 1, doc: '{"f":7}' });
  expect(await world.fold(record(order()), record(order('bo')))).toEqual([]);
  expect(world.letters).toMatchObject([{ key: { pk: 'acme#u:ada' } }]);
  expect((await world.profile('u:bo'))?.purchases.n).toBe(1);
});

test('what an outage holds up is put aside by name before the stream forgets it, and never folded after that', async () => {
  let down = true;
  const around = refusing(() => (down ? raised('ThrottlingException') : undefined));
  const world = await aWorld({ around, limits: { ...noLimits, asideAfterMs: 18 * 3_600_000 }, now: minutes(18 * 60) });
  const [old, young] = [record(order('ada', minutes(0))), record(order('ada', minutes(1)))];
  expect(await world.fold(old, young)).toEqual([sequenceOf(young)]);
  expect(world.letters).toMatchObject([{ reason: 'stream.aged', sequenceNumber: sequenceOf(old) }]);
  down = false;
  expect(await world.fold(old, young)).toEqual([]);
  expect(new Set(world.letters.map(({ id }) => id)).size).toBe(1);
  expect((await world.profile('u:ada'))?.purchases.n).toBe(1);
});

test('an aged record that was folded before has no letter', async () => {
  const world = await aWorld({ limits: { ...noLimits, asideAfterMs: 1 }, now: minutes(0) });
  const mine = record(order());
  expect(await world.fold(mine)).toEqual([]);
  const later = await aWorld({ around: () => world.table, limits: { ...noLimits, asideAfterMs: 1 }, now: days(1) });
  expect(await later.fold(mine)).toEqual([]);
  expect(later.letters).toEqual([]);
});

test('a touchpoint with an unreadable row and one that is refused keep their own reasons', async () => {
  const world = await aWorld({ around: refusesPoison });
  await world.fold(record(order()));
  const unreadable = rawRecord(keys.touchpoint(ada, days(1), 'm1'), '{', days(1));
  await world.fold(unreadable, record(order()), record(poison()));
  expect(world.letters.map(({ reason }) => reason.split(':')[0])).toEqual(['doc.not-json', 'write.invalid']);
});
