import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ThroughlineError } from '#lib/shared/errors.ts';
import { maxBodyBytes, readBody } from '#lib/ingestion/request/request-body.ts';

const json = '{"event":"Café ☕"}';

interface Posted {
  body?: string | Buffer;
  encoding?: string;
}

const read = ({ body, encoding }: Posted): unknown =>
  readBody({
    body: Buffer.isBuffer(body) ? body.toString('base64') : body,
    isBase64Encoded: Buffer.isBuffer(body),
    headers: { 'content-encoding': encoding },
  });

function codeOf(posted: Posted): string {
  try {
    read(posted);
  } catch (error) {
    if (error instanceof ThroughlineError) return `${error.status} ${error.code}`;
    throw error;
  }
  return 'read';
}

test.each([
  ['text', { body: json }],
  ['text as bytes', { body: Buffer.from(json) }],
  ['text with a byte order mark', { body: `\ufeff ${json}` }],
  ['gzip', { body: gzipSync(json), encoding: 'gzip' }],
  ['gzip in capitals', { body: gzipSync(json), encoding: 'GZIP' }],
  ['gzip in gzip', { body: gzipSync(gzipSync(json)), encoding: 'gzip, gzip' }],
  ['gzip nobody mentioned', { body: gzipSync(json) }],
  ['deflate as zlib', { body: deflateSync(json), encoding: 'deflate' }],
  ['deflate nobody mentioned', { body: deflateSync(json) }],
  ['deflate as a bare stream', { body: deflateRawSync(json), encoding: 'deflate' }],
  ['text whose header still says gzip', { body: json, encoding: 'gzip' }],
  ['bytes of text whose header still says gzip', { body: Buffer.from(`\n${json}`), encoding: 'gzip' }],
  ['Brotli', { body: brotliCompressSync(json), encoding: 'br' }],
  ['text whose header still says br', { body: json, encoding: 'br' }],
  ['bytes of text whose header still says br', { body: Buffer.from(json), encoding: 'br' }],
  ['text under an encoding we do not know', { body: json, encoding: 'zstd' }],
])('%s is read', (_name, posted) => {
  expect(read(posted)).toEqual({ event: 'Café ☕' });
});

/** What a gateway makes of bytes it takes for text. */
const spoilt = (bytes: Buffer): string => bytes.toString('utf8');

const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

const ofSize = (bytes: number): string => `{"p":"${'x'.repeat(bytes - '{"p":""}'.length)}"}`;

test.each([
  ['nothing', {}, '400 body.not-json'],
  ['no JSON', { body: 'event=Signed+Up' }, '400 body.not-json'],
  ['no JSON that starts like zlib', { body: 'xyz' }, '400 body.not-json'],
  ['JSON cut short', { body: '{"event":' }, '400 body.not-json'],
  ['an array', { body: '[]' }, '400 body.not-an-object'],
  ['a number', { body: '1' }, '400 body.not-an-object'],
  ['null', { body: 'null' }, '400 body.not-an-object'],
  ['an encoding we do not know', { body: Buffer.from('28b52f', 'hex'), encoding: 'zstd' }, '503 body.encoding-unknown'],
  ['Brotli cut short', { body: brotliCompressSync(json).subarray(0, 12), encoding: 'br' }, '503 body.undecodable'],
  ['Brotli taken for text', { body: spoilt(brotliCompressSync(json)), encoding: 'br' }, '503 body.undecodable'],
  ['no JSON, called Brotli', { body: brotliCompressSync('event=Signed+Up'), encoding: 'br' }, '400 body.not-json'],
  ['gzip taken for text', { body: spoilt(gzipSync(json)), encoding: 'gzip' }, '503 body.undecodable'],
  ['zlib taken for text', { body: spoilt(deflateSync(json)) }, '503 body.undecodable'],
  ['gzip cut short', { body: gzipSync(json).subarray(0, 20), encoding: 'gzip' }, '503 body.undecodable'],
  ['noise called gzip', { body: Buffer.from('ff00ff', 'hex'), encoding: 'gzip' }, '503 body.undecodable'],
  ['exactly 5 MB', { body: ofSize(maxBodyBytes) }, 'read'],
  ['a byte more', { body: ofSize(maxBodyBytes + 1) }, '413 body.too-large'],
  ['5 MB packed', { body: gzipSync(ofSize(maxBodyBytes)) }, 'read'],
  ['a byte more, packed', { body: gzipSync(ofSize(maxBodyBytes + 1)) }, '413 body.too-large'],
  ['5 MB in Brotli', { body: brotliCompressSync(ofSize(maxBodyBytes), fast), encoding: 'br' }, 'read'],
  [
    'more in Brotli',
    { body: brotliCompressSync(ofSize(maxBodyBytes + 1), fast), encoding: 'br' },
    '413 body.too-large',
  ],
  ['5 MB of Korean', { body: `{"p":"${'한'.repeat(maxBodyBytes / 3)}"}` }, '413 body.too-large'],
])('%s', (_name, posted, outcome) => {
  expect(codeOf(posted)).toBe(outcome);
});

test('Brotli is read whatever byte it starts with', () => {
  const starts = new Set<number>();
  for (let length = 0; length < 600; length++) {
    const text = `{"p":"${'x'.repeat(length)}"}`;
    const params = { [constants.BROTLI_PARAM_LGWIN]: 10 + (length % 15), [constants.BROTLI_PARAM_QUALITY]: length % 6 };
    const body = brotliCompressSync(text, { params });
    starts.add(body[0]!);
    expect(read({ body, encoding: 'br' })).toEqual(JSON.parse(text));
  }
  expect(starts.size).toBeGreaterThan(10);
});
