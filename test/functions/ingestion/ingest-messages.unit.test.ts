import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JsonObject } from '#lib/shared/json.ts';
import { rejectionCodes } from '#lib/ingestion/message/verdict.ts';
import { basic, muteErrors, world } from './ingestion-world.ts';

const line = (messageId: string, fields: JsonObject = {}): JsonObject => ({
  ...{ type: 'track', userId: 'ada', event: 'Signed Up', messageId, timestamp: '2026-11-22T11:59:50.000Z' },
  ...fields,
});

const oversize = line('big', { properties: { text: 'x'.repeat(40_000) } });

test.each([
  ['track', 't'],
  ['identify', 'i'],
  ['page', 'p'],
  ['screen', 's'],
  ['group', 'g'],
  ['alias', 'a'],
])('%s and %s are one route', async (long, short) => {
  const { post, rows } = world();
  const body = { ...line('m-1'), type: undefined, groupId: 'g', previousId: 'v' };
  const answers = [await post(long, { body }), await post(short, { body })];
  expect(answers.map(({ answer }) => answer)).toEqual(Array(2).fill({ success: true, accepted: 1, rejected: [] }));
  expect(rows('t#')).toHaveLength(1);
  expect(JSON.parse(String(rows('t#')[0]?.doc))).toMatchObject({ type: long });
});

test.each(['batch', 'import', 'b'])('%s takes many', async (kind) => {
  const { post, rows } = world();
  const { answer } = await post(kind, { body: { batch: [line('m-1'), line('m-2')] } });
  expect(answer).toEqual({ success: true, accepted: 2, rejected: [] });
  expect(rows('t#')).toHaveLength(2);
});

test('a clock of the year 9999 is warned of, and the message stored with its own time', async () => {
  const { post, rows } = world();
  const odd = line('odd', { sentAt: '9999-12-31T23:59:59.000Z' });
  const { answer } = await post('batch', { body: { batch: [line('m-1'), odd] } });
  expect(answer).toEqual({
    ...{ success: true, accepted: 2, rejected: [] },
    warnings: [{ index: 1, messageId: 'odd', code: 'clock-implausible' }],
    warned: 1,
  });
  expect(rows('t#').map(({ sk }) => sk)).toContain('t#2026-11-22T11:59:50.000Z#odd');
  expect(rows('c#')).toEqual([]);
});

test('one wrong clock warns a hundred times at most, and says how often in all', async () => {
  const { post } = world();
  const batch = Array.from({ length: 150 }, (_, i) => line(`m-${i}`));
  const { answer } = await post('batch', { body: { batch, sentAt: '9999-12-31T23:59:59.000Z' } });
  expect(answer).toMatchObject({ accepted: 150, warned: 150 });
  expect(answer.warnings).toHaveLength(100);
});

test('strict mode takes what is only warned of', async () => {
  const headers = { ...basic('wk_local:'), 'x-strict-mode': '1' };
  const body = line('odd', { sentAt: '9999-12-31T23:59:59.000Z' });
  expect(await world().post('track', { headers, body })).toMatchObject({ status: 200, answer: { accepted: 1 } });
});

test('m is answered and does nothing', async () => {
  const { post, items } = world();
  expect((await post('m', { headers: {}, body: { series: [] } })).status).toBe(200);
  expect(items.size).toBe(0);
});

test.each(['x', 'constructor', ''])('there is no route %j', async (kind) => {
  const { status, answer } = await world().post(kind, { body: line('m-1') });
  expect({ status, code: answer.code }).toEqual({ status: 404, code: 'route.unknown' });
});

test('each message gets its verdict, and none spoils its neighbours', async () => {
  const { post, rows } = world();
  const batch = [line('m-1'), oversize, null, line('m-2'), { type: 'track', event: 'x', messageId: 'nobody' }];
  const { status, answer } = await post('batch', { body: { batch } });
  expect(status).toBe(200);
  expect(answer).toEqual({
    success: true,
    accepted: 2,
    rejected: [
      { index: 1, messageId: 'big', code: 'too-large', message: rejectionCodes['too-large'] },
      { index: 2, messageId: null, code: 'not-an-object', message: rejectionCodes['not-an-object'] },
      { index: 4, messageId: 'nobody', code: 'no-identifier', message: rejectionCodes['no-identifier'] },
    ],
  });
  expect(rows('t#').map(({ sk }) => sk.slice(-3))).toEqual(['m-1', 'm-2']);
});

test('2,500 messages are a batch, and one rejection stands for all those after', async () => {
  const { post, rows, lines } = world();
  const batch = Array.from({ length: 2_502 }, (_, i) => line(`m-${i}`));
  const { answer } = await post('batch', { body: { batch } });
  expect(answer).toEqual({
    success: true,
    accepted: 2_500,
    rejected: [
      { index: 2_500, messageId: null, code: 'batch-too-long', message: rejectionCodes['batch-too-long'], count: 2 },
    ],
  });
  expect(rows('t#')).toHaveLength(2_500);
  expect(JSON.parse(lines[0]!)).toMatchObject({ accepted: 2_500, rejected: 2, codes: { 'batch-too-long': 2 } });
});

test.each([
  ['Basic with the colon', basic('wk_local:'), {}],
  ['Basic without it', basic('wk_local'), {}],
  ['Bearer', { authorization: 'Bearer wk_local' }, {}],
  ['writeKey in the body', {}, { writeKey: 'wk_local' }],
  ['writeKey beside an OAuth token', { authorization: 'Bearer eyJ.e.s' }, { writeKey: 'wk_local' }],
])('%s opens the workspace', async (_name, headers, key) => {
  expect((await world().post('track', { headers, body: line('m-1', key) })).status).toBe(200);
});

test.each([
  ['no key', {}],
  ['an unknown key', basic('wk_other:')],
  ['a secret key', { authorization: 'Bearer sk_local' }],
])('%s is 401 problem+json a page can read', async (_name, headers) => {
  const { status, answer, headers: answered } = await world().post('track', { headers, body: line('m-1') });
  expect(answer).toMatchObject({ status: 401, code: 'key.unknown', title: 'Unauthorized', instance: 'r-1' });
  expect(answer.message).toContain('key.unknown');
  expect(status).toBe(401);
  expect(answered).toMatchObject({ 'content-type': 'application/problem+json', 'access-control-allow-origin': '*' });
});

test('strict mode takes all or nothing', async () => {
  const { post, items } = world();
  const headers = { ...basic('wk_local:'), 'x-strict-mode': '1' };
  const refused = await post('batch', { headers, body: { batch: [line('m-1'), oversize] } });
  expect(refused.answer).toMatchObject({
    status: 400,
    code: 'messages.rejected',
    rejected: [{ index: 1, code: 'too-large' }],
  });
  expect(items.size).toBe(0);
  expect((await post('batch', { headers, body: { batch: [line('m-1')] } })).status).toBe(200);
});

/** A table that takes nothing more of one customer. */
test('a batch without messages is told so, and is no error a library drops it for', async () => {
  const { status, answer } = await world().post('batch', { body: { batch: {} } });
  expect({ status, answer }).toMatchObject({ status: 200, answer: { accepted: 0, rejected: [{ code: 'no-batch' }] } });
});

test('a throttled table is 429, and says when to come again so that a page can read it', async () => {
  const { status, headers } = await world({ refuse: (items) => items }).post('track', { body: line('m-1') });
  expect(status).toBe(429);
  expect(headers['retry-after']).toBe('1');
  expect(headers['access-control-expose-headers']).toContain('Retry-After');
});

test('a failing table is 503, whether the key or the touchpoint fails', async () => {
  muteErrors();
  const fail = (): never => {
    throw new Error('no table');
  };
  const storing = await world({ refuse: fail }).post('track', { body: line('m-1') });
  const opening = await world({ keys: { open: async () => fail() } }).post('track', { body: line('m-1') });
  expect([storing, opening].map(({ status, answer }) => `${status} ${answer.code}`)).toEqual(
    Array(2).fill('503 store.unavailable'),
  );
});

test('a table that does not answer at all is 503 in time, whether the key or the touchpoint waits for it', async () => {
  const never = () => new Promise<never>(() => undefined);
  const storing = await world({ touchpoints: { save: never } }).post('track', { body: line('m-1') });
  const opening = await world({ keys: { open: never } }).post('track', { body: line('m-1') });
  for (const { status, headers, answer } of [storing, opening]) {
    expect({ status, code: answer.code }).toEqual({ status: 503, code: 'store.unavailable' });
    expect(headers).toMatchObject({ 'retry-after': '1', 'access-control-allow-origin': '*' });
  }
});

test('what was partly stored is refused whole, and sending it again completes it', async () => {
  let isBroken = true;
  const { post, rows } = world({ refuse: (items) => (isBroken ? items.slice(-1) : []) });
  const body = { batch: [line('m-1'), line('m-2')] };
  expect((await post('batch', { body })).status).toBe(429);
  isBroken = false;
  expect((await post('batch', { body })).answer).toMatchObject({ accepted: 2 });
  expect(rows('t#')).toHaveLength(2);
});

test('a request is counted in one line', async () => {
  const { post, lines } = world();
  await post('batch', { body: { batch: [line('m-1'), oversize, line('m-2')] } });
  expect(lines.map((text) => JSON.parse(text) as unknown)).toEqual([
    expect.objectContaining({ function: 'ingestion/collect', accepted: 2, rejected: 1, codes: { 'too-large': 1 } }),
  ]);
});

test('a retry with a new sentAt at another time writes the same keys and bytes', async () => {
  const message = fc.record(
    {
      messageId: fc.option(fc.uuid()),
      timestamp: fc.option(fc.constant('2026-11-20T00:00:00.000Z')),
      properties: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
    },
    { requiredKeys: ['messageId', 'timestamp'] },
  );
  // Without both an id and a time of its own, nothing tells a retry from a second event.
  const batches = fc.array(message.filter(({ messageId, timestamp }) => messageId !== null || timestamp !== null));
  await fc.assert(
    fc.asyncProperty(batches, fc.integer({ min: -90_000, max: 90_000 }), async (batch, seconds) => {
      const { post, rows, clock } = world();
      const lines = batch.map((fields) => line('', fields as JsonObject));
      await post('batch', { body: { batch: lines, sentAt: '2026-11-22T11:59:59.000Z' } });
      const first = rows('t#');
      const sentAt = new Date(Date.parse('2026-11-22T12:00:00.000Z') + seconds * 1_000).toISOString();
      clock.time = '2026-11-22T13:00:00.000Z';
      await post('batch', { body: { batch: lines, sentAt } });
      expect(rows('t#')).toEqual(first);
    }),
    { numRuns: 50 },
  );
});

const anyText = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '{', '{"batch":[{}]}', '"\ud800"'),
);
const poison = fc.constantFrom(
  '{"__proto__":{"polluted":1},"userId":"ada","event":"x"}',
  '{"constructor":{"prototype":{"polluted":1}},"userId":"ada","event":"x"}',
  '{"userId":"\\u0000","event":"x"}',
  '{"userId":"\\ud800","event":"x"}',
  '{"userId":"ada","event":"\\udfff\\u0000","properties":{"n":1e400,"":1}}',
  '{"userId":1e400,"event":"x"}',
  '{"userId":"ada","event":"x","timestamp":1e400}',
  `{"batch":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`,
  '{"batch":[{"context":{"library":{"name":7},"device":[]},"type":"__proto__"}],"context":[],"sentAt":{}}',
);

test('no body is a 500', async () => {
  const { post } = world();
  const bodies = fc.oneof(
    anyText,
    poison,
    anyText.map((text) => gzipSync(text)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('track', 'batch', 'identify', 'alias'), bodies, async (kind, body) => {
      const { status } = await post(kind, { body });
      expect([200, 400, 413, 503]).toContain(status);
    }),
    { numRuns: 500 },
  );
  expect({}).not.toHaveProperty('polluted');
});

test('prototype keys are stored as data', async () => {
  const { post, rows } = world();
  const body =
    '{"userId":"ada","event":"x","messageId":"m-1","properties":{"__proto__":{"a":1},"constructor":{"b":2}}}';
  await post('track', { body });
  expect(rows('t#')[0]?.doc).toContain('"properties":{"__proto__":{"a":1},"constructor":{"b":2}}');
});
