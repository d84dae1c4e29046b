import { expect, test } from 'vitest';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { touchpointStore } from '#lib/ingestion/message/touchpoint-store.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { partition, timelineRanges } from '#lib/model/keys/table-keys.ts';
import { anEngine, localClient, theTable } from '../../support/engines.ts';
import { world } from './ingestion-world.ts';

const line = (i: number): JsonObject => ({
  type: 'track',
  userId: `customer-${i % 10}`,
  event: 'Product Viewed',
  messageId: `m-${i}`,
  timestamp: new Date(Date.parse('2026-11-22T11:00:00.000Z') + i).toISOString(),
});

/** `all` in requests of `size`, each message twice in its request. */
const doubled = (all: JsonObject[], size: number): JsonObject[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, n) => {
    const batch = all.slice(n * size, (n + 1) * size);
    return [...batch, ...batch];
  });

test('messages sent twice in a request, in two requests and by many at once are stored once', async () => {
  const { endpoint } = await anEngine();
  const table = dynamoTable(localClient(endpoint), theTable.ref);
  const { post } = world({ touchpoints: touchpointStore(table), remainingMs: 10_000 });
  const lines = Array.from({ length: 1_000 }, (_, i) => line(i));
  const requests = [...doubled(lines, 100), ...doubled(lines.toReversed(), 70)];
  const answers = await Promise.all(requests.map((batch) => post('batch', { body: { batch } })));
  expect(answers.every(({ status, answer }, i) => status === 200 && answer.accepted === requests[i]!.length)).toBe(
    true,
  );
  const counts = await Promise.all(
    Array.from({ length: 10 }, async (_, i) => {
      const pk = partition({ workspace: 'local', customer: `u:customer-${i}` });
      return (await table.query(pk, { prefix: timelineRanges.touchpoint })).length;
    }),
  );
  expect(counts).toEqual(Array(10).fill(100));
});

test('payload that is poison elsewhere comes back as it was', async () => {
  const { endpoint } = await anEngine();
  const table = dynamoTable(localClient(endpoint), theTable.ref);
  const { post } = world({ touchpoints: touchpointStore(table), remainingMs: 10_000 });
  const properties =
    '{"__proto__":{"a":1},"":"\\u0000","half":"\\ud800","deep":[[[[{"constructor":9007199254740993}]]]]}';
  const body = `{"userId":"ada #1","event":"\\u0000","messageId":"a#b","timestamp":"2026-11-22T11:00:00Z","properties":${properties}}`;
  expect((await post('track', { body })).answer).toMatchObject({ accepted: 1 });
  const [item] = await table.query('local#u:ada #1');
  expect(JSON.stringify((JSON.parse(String(item?.doc)) as JsonObject).properties)).toBe(
    JSON.stringify(JSON.parse(properties)),
  );
});
