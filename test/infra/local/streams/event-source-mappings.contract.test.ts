import { expect, test } from 'vitest';
import { FunctionError } from '#infra/local/lambda/local-functions.ts';
import { aStreamWorld, engines, failing, mapping, skOf, start } from '#test/support/stream-world.ts';

test.each(engines)(
  'on %s a record comes as Lambda hands it on, in virtual time',
  async (engine) => {
    const world = await aStreamWorld({ engine });
    await world.put('a', { n: { N: '1' } });
    await world.put('a', { n: { N: '2' } });
    await world.remove('a');
    const streams = await world.run();
    expect(await streams.drained()).toBe(true);
    expect(world.records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    expect(world.records[1]).toMatchObject({
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: mapping.eventSourceArn,
      dynamodb: {
        ApproximateCreationDateTime: start / 1000,
        Keys: { pk: { S: 'p' }, sk: { S: 'a' } },
        OldImage: { n: { N: '1' } },
        NewImage: { n: { N: '2' } },
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    });
    const numbers = world.records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '');
    expect([...numbers].sort()).toEqual(numbers);
  },
  60_000,
);

test.each(engines)(
  'on %s an identical put is no change',
  async (engine) => {
    const world = await aStreamWorld({ engine });
    const streams = await world.run();
    for (const s of [
      ['x', 'y'],
      ['y', 'x'],
    ])
      await world.put('a', { s: { SS: s }, doc: { S: '{}' } });
    await streams.drained();
    expect(world.batches).toEqual([['a']]);
  },
  60_000,
);

test('an engine whose file is out of reach is read by the Streams API', async () => {
  const world = await aStreamWorld({ byApi: true, startingPosition: 'LATEST' });
  await world.put('before');
  const streams = await world.run();
  await world.put('a');
  await streams.drained();
  await world.put('b');
  await streams.drained();
  expect(world.batches).toEqual([['a'], ['b']]);
});

test('batches fill up under load', async () => {
  const world = await aStreamWorld({ batchSize: 10 });
  for (let i = 0; i < 25; i++) await world.put(`t#${i}`);
  const streams = await world.run();
  await streams.drained();
  expect(world.batches.map((batch) => batch.length)).toEqual([10, 10, 5]);
});

test('records that no filter takes are passed over', async () => {
  const filters = ['{"eventName":["INSERT"],"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"t#"}]}}}}'];
  const world = await aStreamWorld({ filters });
  const streams = await world.run();
  await world.put('profile');
  expect(await streams.drained()).toBe(true);
  await world.put('t#1');
  await world.put('t#1', { changed: { BOOL: true } });
  await streams.drained();
  expect(world.batches).toEqual([['t#1']]);
});

test('a partial failure is tried again from its first record on', async () => {
  const world = await aStreamWorld();
  for (const sk of ['a', 'b', 'c']) await world.put(sk);
  const streams = await world.run((batch) => failing(...batch.filter(() => world.batches.length < 2).slice(1, 2)));
  expect(await streams.drained()).toBe(false);
  await streams.advance(1_000);
  expect(world.batches).toEqual([
    ['a', 'b', 'c'],
    ['b', 'c'],
  ]);
  expect(await streams.drained()).toBe(true);
});

test('after its last retry a batch goes to the on-failure queue, told by its place, and the shard goes on', async () => {
  const world = await aStreamWorld({ onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:letters', batchSize: 2 });
  for (const sk of ['a', 'b', 'c']) await world.put(sk);
  const streams = await world.run((batch) => {
    if (batch.some((record) => skOf(record) === 'a')) throw new Error('poison');
  });
  await streams.advance(10_000);
  expect(await streams.drained()).toBe(true);
  expect(world.batches).toEqual([['a', 'b'], ['a', 'b'], ['a', 'b'], ['c']]);
  expect(world.letters).toMatchObject([
    {
      queue: 'arn:aws:sqs:us-east-1:000000000000:letters',
      body: {
        requestContext: { functionArn: 'project', condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
        DDBStreamBatchInfo: {
          batchSize: 2,
          startSequenceNumber: world.records[0]?.dynamodb?.SequenceNumber,
          endSequenceNumber: world.records[1]?.dynamodb?.SequenceNumber,
        },
      },
    },
  ]);
});

test('bisecting finds the poison, and costs no retry', async () => {
  const world = await aStreamWorld({
    bisect: true,
    maxRetries: 0,
    onFailureArn: 'letters',
    reportsItemFailures: false,
  });
  for (const sk of ['a', 'b', 'c', 'd']) await world.put(sk);
  const streams = await world.run((batch) => {
    if (batch.some((record) => skOf(record) === 'c')) throw new Error('poison');
  });
  expect(await streams.drained()).toBe(true);
  expect(world.batches).toEqual([['a', 'b', 'c', 'd'], ['a', 'b'], ['c', 'd'], ['c'], ['d']]);
  expect(world.letters).toHaveLength(1);
});

test('records past the age limit are given up', async () => {
  const world = await aStreamWorld({ maxRetries: -1, maxRecordAgeSeconds: 60, onFailureArn: 'letters' });
  await world.put('a');
  const streams = await world.run(() => {
    throw new Error('down');
  });
  await streams.advance(120_000);
  expect(await streams.drained()).toBe(true);
  expect(world.letters).toMatchObject([{ body: { requestContext: { condition: 'RecordAgeExpired' } } }]);
});

test('a batching window gathers records, and is cut short when all is to be read', async () => {
  const world = await aStreamWorld({ batchingWindowMs: 5_000 });
  const streams = await world.run();
  await world.put('a');
  streams.nudge();
  await world.put('b');
  streams.nudge();
  await new Promise((resume) => setTimeout(resume, 20));
  expect(world.batches).toEqual([]);
  await streams.drained();
  expect(world.batches).toEqual([['a', 'b']]);
  await world.put('c');
  await streams.advance(5_000);
  expect(world.batches).toEqual([['a', 'b'], ['c']]);
});

test('LATEST begins with what is written after the first start, also when that start is over', async () => {
  const world = await aStreamWorld({ startingPosition: 'LATEST' });
  await world.put('before');
  const first = await world.run();
  await first.stop();
  await world.put('between');
  const second = await world.run();
  await second.drained();
  expect(world.batches).toEqual([['between']]);
});

test('what was not done when the runner died is delivered again, what was done is not', async () => {
  const world = await aStreamWorld({ batchSize: 1 });
  for (const sk of ['a', 'b']) await world.put(sk);
  const reached = Promise.withResolvers<undefined>();
  const dead = Promise.withResolvers<undefined>();
  const first = await world.run((batch) => {
    if (skOf(batch[0]!) === 'a') return undefined;
    reached.resolve(undefined);
    return dead.promise;
  });
  first.nudge();
  await reached.promise;
  const second = await world.run();
  await second.drained();
  expect(world.batches).toEqual([['a'], ['b'], ['b']]);
  dead.reject(new FunctionError({ errorType: 'Runner.Stopped', errorMessage: '', trace: [] }));
});

test('lanes side by side keep the changes of an item in order', async () => {
  const world = await aStreamWorld({ parallelization: 4, batchSize: 1 });
  for (const n of ['1', '2', '3']) for (const sk of ['a', 'b', 'c', 'd']) await world.put(sk, { n: { N: n } });
  const streams = await world.run();
  await streams.drained();
  const seen = (sk: string) =>
    world.records.filter((record) => skOf(record) === sk).map(({ dynamodb }) => dynamodb?.NewImage?.n?.N);
  for (const sk of ['a', 'b', 'c', 'd']) expect(seen(sk)).toEqual(['1', '2', '3']);
});

test.each(engines)(
  'on %s an item whose time to live has passed is deleted in the name of DynamoDB',
  async (engine) => {
    const world = await aStreamWorld({ engine });
    const streams = await world.run();
    await world.put('short', { ttl: { N: String(start / 1000 + 60) } });
    await world.put('moved', { ttl: { N: String(start / 1000 + 60) } });
    await world.put('moved', { ttl: { N: String(start / 1000 + 6_000) } });
    await world.put('plain');
    await world.remove('plain');
    await streams.drained();
    await streams.sweep();
    await streams.advance(120_000);
    await streams.sweep();
    await streams.drained();
    const removed = world.records.filter(({ eventName }) => eventName === 'REMOVE');
    expect(removed.map((record) => [skOf(record), record.userIdentity as unknown])).toEqual([
      ['plain', undefined],
      ['short', { type: 'Service', principalId: 'dynamodb.amazonaws.com' }],
    ]);
  },
  60_000,
);

test('a mapping of a table without a stream is refused', async () => {
  await expect(
    aStreamWorld({ eventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/x' }).then((world) => world.run()),
  ).rejects.toThrow(/no stream/);
});
