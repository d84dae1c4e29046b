import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { Rejected, ThroughlineError, Unavailable } from '../../shared/errors.ts';
import { type JsonObject, isJsonObject } from '../../shared/json.ts';

/**
 * Limit of a decompressed body, bytes. Segment publishes 500 KB, and its own Node SDK exceeds that.
 */
export const maxBodyBytes = 5 * 1024 * 1024;

/** A body from the gateway: text, or base64 if the gateway did not take it for text. */
export interface RawBody {
  body?: string | undefined;
  isBase64Encoded: boolean;
  headers: Record<string, string | undefined>;
}

const decoders = {
  gzip: gunzipSync,
  deflate: inflateSync,
  'raw deflate': inflateRawSync,
  br: brotliDecompressSync,
} as const;
type Coding = keyof typeof decoders;

const tooLarge = (): ThroughlineError =>
  new ThroughlineError('tooLarge', 'body.too-large', { limitBytes: maxBodyBytes, hint: 'decompressed' });

const gzipStart = 0x1f;
const zlibStart = 0x78;

/** The second byte of a zlib stream is a checksum of the first two. */
const isZlib = (second: number): boolean => (0x7800 + second) % 31 === 0;

/** First byte of U+FFFD, with which a gateway replaces a byte that is not UTF-8. */
const replacementStart = 0xef;

const looksLikeJson = (bytes: Buffer): boolean => /^[\ufeff\s]*[[{"]/.test(bytes.toString('utf8', 0, 64));

/** Returns the coding that the bytes start with, or undefined for any other start. */
function codingOfStart([first, second = 0]: Buffer): Coding | undefined {
  if (first === gzipStart) return 'gzip';
  return first === zlibStart && (isZlib(second) || second === replacementStart) ? 'deflate' : undefined;
}

/** The coding that a header names, for bytes whose start shows none. `deflate` is then raw. */
const codingOfHeader: Readonly<Record<string, Coding | undefined>> = {
  '': undefined,
  identity: undefined,
  deflate: 'raw deflate',
  gzip: 'gzip',
  'x-gzip': 'gzip',
};

/**
 * Returns how the bytes are encoded. Their start decides, because proxies decode bodies but keep
 * the header, and some sources send none. Brotli has no signature, so its header counts; no JSON
 * text is valid Brotli. An unknown encoding is a 503, so that a retrying source loses nothing.
 */
function codingOf(bytes: Buffer, header: string): Coding | undefined {
  if (header === 'br') return 'br';
  const coding = codingOfStart(bytes);
  if (coding || looksLikeJson(bytes)) return coding;
  if (!Object.hasOwn(codingOfHeader, header))
    throw new Unavailable('body.encoding-unknown', { encoding: header, hint: 'gzip, deflate or br' });
  return codingOfHeader[header];
}

function decode(bytes: Buffer, coding: Coding): Buffer {
  try {
    return decoders[coding](bytes, { maxOutputLength: maxBodyBytes });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge();
    // Unpacked on its way, and only called Brotli: text never passes for it.
    if (coding === 'br' && looksLikeJson(bytes)) return bytes;
    // Cut short, or damaged by a proxy that took it for text. A retry may be intact.
    throw new Unavailable('body.undecodable', { coding, cause });
  }
}

function unpack(bytes: Buffer, header: string): Buffer {
  const coding = codingOf(bytes, header);
  const unpacked = coding ? decode(bytes, coding) : bytes;
  // A proxy may compress a body that was compressed already.
  return unpacked[0] === gzipStart ? decode(unpacked, 'gzip') : unpacked;
}

function textOf({ body = '', isBase64Encoded, headers }: RawBody): string {
  // Text that starts with `{` was not encoded, the usual case of a browser.
  if (!isBase64Encoded && body.startsWith('{')) {
    if (body.length > maxBodyBytes || Buffer.byteLength(body) > maxBodyBytes) throw tooLarge();
    return body;
  }
  const header = (headers['content-encoding'] ?? '').trim().toLowerCase();
  const plain = unpack(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'), header);
  if (plain.length > maxBodyBytes) throw tooLarge();
  return plain.toString('utf8').replace(/^\ufeff/, '');
}

/**
 * Parses the posted JSON object, whatever its content type: browsers send `text/plain`, RudderStack
 * `application/x-www-form-urlencoded` for gzip. Throws `Rejected('body.not-json' |
 * 'body.not-an-object')`, `tooLarge`, or `Unavailable('body.undecodable' |
 * 'body.encoding-unknown')`, for which a retry may succeed.
 */
export function readBody(raw: RawBody): JsonObject {
  const text = textOf(raw);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new Rejected('body.not-json', { cause });
  }
  if (!isJsonObject(parsed)) throw new Rejected('body.not-an-object');
  return parsed;
}

/**
 * Parses the body of a request without a valid key in its header, because the body may have one.
 * Throws as `readBody`, but `Unavailable` becomes a 400 of the same code, so that a request without
 * a key never counts as our failure.
 */
export function readStrangersBody(raw: RawBody): JsonObject {
  try {
    return readBody(raw);
  } catch (error) {
    if (error instanceof Unavailable) throw new Rejected(error.code, { ...error.facts, cause: error });
    throw error;
  }
}
