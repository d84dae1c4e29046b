import { expect, test } from 'vitest';
import { type Item } from '#lib/aws/table/dynamo-table.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { basic, world } from './ingestion-world.ts';

const line = (messageId: string, fields: JsonObject = {}): JsonObject => ({
  ...{ type: 'track', userId: 'ada', event: 'Signed Up', messageId, timestamp: '2026-11-22T11:59:50.000Z' },
  ...fields,
});
const oversize = line('big', { properties: { text: 'x'.repeat(40_000) } });

const fullFor = (userId: string) => (items: Item[]) => {
  if (!items.some(({ pk }) => pk === `local#u:${userId}`)) return [];
  throw Object.assign(new Error('full'), { name: 'ItemCollectionSizeLimitExceededException' });
};

const batchWithGrace = Array.from({ length: 25 }, (_, i) => ({
  ...line(`m-${i}`),
  userId: i === 12 ? 'grace' : 'ada',
}));

test('one full customer among 25 is a rejection of a 200, and counted', async () => {
  const { post, rows, lines } = world({ refuse: fullFor('grace') });
  const { status, answer } = await post('batch', { body: { batch: [oversize, ...batchWithGrace] } });
  expect({ status, answer }).toMatchObject({ status: 200, answer: { success: true, accepted: 24 } });
  expect(answer.rejected.map(({ index, messageId, code }) => [index, messageId, code])).toEqual([
    [0, 'big', 'too-large'],
    [13, 'm-12', 'customer-full'],
  ]);
  expect(rows('t#')).toHaveLength(24);
  expect(lines.join()).toContain('customer-full');
});

test('strict mode fails when the table will never take a message, and says how many others are stored', async () => {
  const { post } = world({ refuse: fullFor('grace') });
  const headers = { ...basic('wk_local:'), 'x-strict-mode': '1' };
  const { answer } = await post('batch', { headers, body: { batch: batchWithGrace } });
  const rejected = [{ index: 12, code: 'customer-full' }];
  expect(answer).toMatchObject({ status: 400, code: 'messages.rejected', accepted: 24, rejected });
});
