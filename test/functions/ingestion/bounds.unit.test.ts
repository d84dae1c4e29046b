import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { maxMessages } from '#lib/ingestion/message/parse-messages.ts';
import { type RejectionCode, rejectionCodes, describeRejection } from '#lib/ingestion/message/verdict.ts';
import { basic, postEvent, world } from './ingestion-world.ts';

/** Largest answer of any route. Bytes. */
const maxBytes = 1024 * 1024;

async function bytesOf(body: Buffer | object, headers: Record<string, string> = {}): Promise<number> {
  const { handle } = world();
  const event = postEvent('batch', { headers: { ...basic('wk_local:'), ...headers }, body });
  const { body: answer = '' } = await handle(event, { getRemainingTimeInMillis: () => 9_000 });
  return Buffer.byteLength(answer);
}

test('155 packed bytes that hold 60,000 messages get 2,500 verdicts and one line for the rest', async () => {
  const body = brotliCompressSync(`{"batch":[${Array(60_000).fill('0').join(',')}]}`);
  expect(body.length).toBeLessThan(155);
  expect(await bytesOf(body, { 'content-encoding': 'br' })).toBeLessThan(250_000);
});

const ids: Record<string, string> = {
  'of ASCII': 'x'.repeat(255),
  'of NUL, which JSON writes in six bytes': '\0'.repeat(255),
  'of lone surrogates': '\ud800'.repeat(255),
  'of quotes': '"'.repeat(255),
  'of Hangul': '한'.repeat(255),
  'of 5 MB': 'x'.repeat(5_000_000),
};

test.each(Object.keys(rejectionCodes) as RejectionCode[])(
  '2,500 times %s is under 1 MB, whatever the ids are',
  (code) => {
    for (const [name, id] of Object.entries(ids)) {
      const rejected = Array.from({ length: maxMessages }, (_, index) => describeRejection(index, id, code));
      expect(Buffer.byteLength(JSON.stringify({ success: true, accepted: 0, rejected })), name).toBeLessThan(1_000_000);
    }
  },
);

test.each(['0', '1'])(
  'the longest ids of a body that is taken get an answer under 1 MB (strict: %s)',
  async (strict) => {
    for (const id of Object.values(ids).filter(({ length }) => length <= 255)) {
      const batch = Array.from({ length: 3_000 }, () => ({ type: 'track', messageId: id, userId: { an: 'object' } }));
      const body = gzipSync(JSON.stringify({ batch }));
      expect(await bytesOf(body, { 'x-strict-mode': strict })).toBeLessThan(maxBytes);
    }
  },
);

test('an id of 255 characters is shown, one that takes more bytes than those is not', () => {
  expect(describeRejection(0, 'x'.repeat(255), 'no-event').messageId).toHaveLength(255);
  expect(describeRejection(0, '한국', 'no-event').messageId).toBe('한국');
  expect(describeRejection(0, '\0'.repeat(255), 'no-event').messageId).toBeNull();
});
