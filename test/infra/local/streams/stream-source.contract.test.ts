import { DatabaseSync } from 'node:sqlite';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { sqliteSource } from '#infra/local/streams/sqlite-source.ts';
import { type RawRecord, isUnchanged } from '#infra/local/streams/stream-source.ts';
import { installedEngines } from '#infra/local/engines/start-engine.ts';
import { anEngine, localClient, theTable } from '#test/support/engines.ts';

const shard = `shardId-00000001-${theTable.ref}`;

/** A stream of five records, as old as given. */
async function aStream({ ageHours = 0 } = {}) {
  const engine = await anEngine({ engine: 'dynoxide' });
  const file = engine.streamFile!;
  const put = (sk: string) =>
    localClient(engine.endpoint).send(
      new PutItemCommand({ TableName: theTable.ref, Item: { pk: { S: 'p' }, sk: { S: sk } } }),
    );
  for (const sk of ['1', '2', '3', '4', '5']) await put(sk);
  const database = new DatabaseSync(file);
  database.prepare('UPDATE _stream_records SET created_at = created_at - ?').run(ageHours * 3600);
  database.close();
  const source = sqliteSource(file, theTable.ref);
  onTestFinished(() => source.stop());
  const all = async () => (await source.read(shard, '', 100)).records.map(({ sequence }) => Number(sequence));
  return { source, all, put };
}

test.runIf(installedEngines().includes('dynoxide'))('of a stream read to its end the newest record stays', async () => {
  const { source, all, put } = await aStream({ ageHours: 25 });
  source.trim(shard, await source.latest(shard));
  expect(await all()).toEqual([5]);
  await put('6');
  expect(await all()).toEqual([5, 6]);
});

test.runIf(installedEngines().includes('dynoxide'))(
  'what somebody has not read or is younger than a day stays',
  async () => {
    const old = await aStream({ ageHours: 25 });
    old.source.trim(shard, '2'.padStart(21, '0'));
    expect(await old.all()).toEqual([3, 4, 5]);
    const young = await aStream({ ageHours: 23 });
    young.source.trim(shard, await young.source.latest(shard));
    expect(await young.all()).toEqual([1, 2, 3, 4, 5]);
  },
);

test.runIf(installedEngines().includes('dynoxide'))('a source knows when surely nothing is new', async () => {
  const { source, put } = await aStream();
  source.changed();
  expect(source.changed()).toBe(false);
  await put('6');
  expect(source.changed()).toBe(true);
});

test.each([
  [
    'the same in another order',
    { a: { SS: ['x', 'y'] }, b: { N: '1' } },
    { b: { N: '1' }, a: { SS: ['y', 'x'] } },
    true,
  ],
  ['another value', { a: { N: '1' } }, { a: { N: '2' } }, false],
  ['a list in another order', { a: { L: [{ S: 'x' }, { S: 'y' }] } }, { a: { L: [{ S: 'y' }, { S: 'x' }] } }, false],
  ['one attribute more', { a: { N: '1' } }, { a: { N: '1' }, b: { N: '1' } }, false],
])('images of %s', (...[, oldImage, newImage, unchanged]) => {
  const record: RawRecord = {
    sequence: '1',
    eventName: 'MODIFY',
    createdAtSeconds: 0,
    keys: {},
    oldImage,
    newImage,
    bytes: 0,
  };
  expect(isUnchanged(record)).toBe(unchanged);
});
