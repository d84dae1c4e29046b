import type { DynamoDBRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { type DeadLetter } from '#lib/aws/dead-letters.ts';
import { type Item, type Table } from '#lib/aws/table/dynamo-table.ts';
import { touchpointItem } from '#lib/ingestion/message/touchpoint-store.ts';
import { type Touchpoint } from '#lib/model/touchpoint.ts';
import { redriveStore } from '#lib/projection/repair/redrive-store.ts';
import { aTouchpoint, days, minutes } from '../../profile/profile-examples.ts';
import { aWorld, raised, record, sequenceOf, type World } from '../projector-harness.ts';

const now = { now: () => days(30) };
const order = (at = minutes(0)) => aTouchpoint({ name: 'Order Completed', properties: { revenue: 10 }, at });
const poison = () => aTouchpoint({ name: 'Poison' });

/** A world whose table refuses poison until it is mended. */
async function aMendable() {
  const mending = { done: false };
  const refuses = (item: Item): boolean => !mending.done && String(item.doc).includes('Poison');
  const around = (table: Table): Table => ({
    ...table,
    replace: async (item, ...rest) => {
      if (refuses(item)) throw raised('ValidationException');
      return table.replace(item, ...rest);
    },
  });
  const world = await aWorld({ around });
  return { world, mend: () => (mending.done = true) };
}

async function stored(world: World, touchpoint: Touchpoint): Promise<DynamoDBRecord> {
  await world.table.put(touchpointItem('acme', touchpoint));
  return record(touchpoint);
}

/** The stream's record of a touchpoint that was brought back. */
function broughtBack(touchpoint: Touchpoint, { id, sequenceNumber }: DeadLetter): DynamoDBRecord {
  const next = record(touchpoint, days(2));
  const image = { ...next.dynamodb!.NewImage, redriven: { S: `${sequenceNumber} ${id}` } };
  return { ...next, eventName: 'MODIFY', dynamodb: { ...next.dynamodb, NewImage: image } };
}

test('after mending, a letter brings its touchpoint back once, however often it is redriven', async () => {
  const { world, mend } = await aMendable();
  const bad = poison();
  await world.fold(await stored(world, order()), await stored(world, bad), await stored(world, order(minutes(1))));
  mend();
  const [letter] = world.letters as [DeadLetter];
  const store = redriveStore(world.table, now);
  expect(await store.bringBack(letter)).toBe('brought-back');
  expect(await store.bringBack(letter)).toBe('already');
  const back = broughtBack(bad, letter);
  for (let delivery = 0; delivery < 2; delivery++) expect(await world.fold(back)).toEqual([]);
  const profile = await world.profile('u:ada');
  expect(profile?.counts.Poison?.n).toBe(1);
  expect(profile?.purchases.n).toBe(2);
});

test('a source that sends the touchpoint again does not make its letter new', async () => {
  const { world, mend } = await aMendable();
  const bad = poison();
  await world.fold(await stored(world, bad));
  mend();
  const [letter] = world.letters as [DeadLetter];
  const store = redriveStore(world.table, now);
  await store.bringBack(letter);
  await stored(world, bad);
  expect(await store.bringBack(letter)).toBe('already');
});

test('a letter whose row is gone brings nothing back', async () => {
  const { world } = await aMendable();
  await world.fold(record(poison()));
  expect(await redriveStore(world.table, now).bringBack(world.letters[0]!)).toBe('gone');
});

test('what is brought back unmended gets a new letter', async () => {
  const { world } = await aMendable();
  const bad = poison();
  await world.fold(await stored(world, order()), await stored(world, bad));
  const [letter] = world.letters as [DeadLetter];
  const back = broughtBack(bad, letter);
  await world.fold(back);
  expect(world.letters.map(({ sequenceNumber }) => sequenceNumber)).toEqual([letter.sequenceNumber, sequenceOf(back)]);
  expect(new Set(world.letters.map(({ id }) => id)).size).toBe(2);
});
