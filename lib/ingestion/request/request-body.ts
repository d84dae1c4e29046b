import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { Rejected, ThroughlineError, Unavailable } from '../../shared/errors.ts';
import { type JsonObject, isJsonObject } from '../../shared/json.ts';

/** Largest body, decompressed. Segment publishes 500 KB, and its own Node SDK overshoots that. */
export const maxBodyBytes = 5 * 1024 * 1024;

/** A request's body as the gateway hands it over: text, or base64 of whatever it did not take for text. */
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

/** The second byte of a zlib stream is a check of the first. */
const isZlib = (second: number): boolean => (0x7800 + second) % 31 === 0;

/** What a gateway leaves of a byte that is no UTF-8: U+FFFD, whose first byte this is. */
const replacementStart = 0xef;

const looksLikeJson = (bytes: Buffer): boolean => /^[\ufeff\s]*[[{"]/.test(bytes.toString('utf8', 0, 64));

/**
 * How the bytes are packed. The bytes themselves are asked first: no JSON starts with `\x1f` or `x`, proxies unpack bodies and leave
 * the header, and some sources pack without saying so. `deflate` may mean zlib or the bare stream: sources disagree. Brotli may start with
 * any byte, so there the header is asked. Of a packing we do not know nobody can tell what is in it: as with a broken one, a source that
 * tries again loses nothing meanwhile.
 */
function codingOf(bytes: Buffer, header: string): Coding | undefined {
  const [first, second = 0] = bytes;
  if (header === 'br') return 'br';
  if (first === gzipStart) return 'gzip';
  if (first === 0x78 && (isZlib(second) || second === replacementStart)) return 'deflate';
  if (looksLikeJson(bytes) || header === '' || header === 'identity') return undefined;
  if (header === 'deflate') return 'raw deflate';
  if (header === 'gzip' || header === 'x-gzip') return 'gzip';
  throw new Unavailable('body.encoding-unknown', { encoding: header, hint: 'gzip, deflate or br' });
}

function decode(bytes: Buffer, coding: Coding): Buffer {
  try {
    return decoders[coding](bytes, { maxOutputLength: maxBodyBytes });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge();
    // Unpacked on its way, and only called Brotli: text never passes for it.
    if (coding === 'br' && looksLikeJson(bytes)) return bytes;
    // Cut short, or spoilt by a proxy that took it for text: on its next way here it may arrive whole.
    throw new Unavailable('body.undecodable', { coding, cause });
  }
}

function textOf({ body = '', isBase64Encoded, headers }: RawBody): string {
  const header = (headers['content-encoding'] ?? '').trim().toLowerCase();
  // Text that opens an object was never packed: nothing to decode, the usual case of a browser.
  if (!isBase64Encoded && body.startsWith('{')) {
    if (body.length > maxBodyBytes || Buffer.byteLength(body) > maxBodyBytes) throw tooLarge();
    return body;
  }
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const coding = codingOf(bytes, header);
  const unpacked = coding ? decode(bytes, coding) : bytes;
  // A proxy that packs everything packs what was packed, too.
  const plain = unpacked[0] === gzipStart ? decode(unpacked, 'gzip') : unpacked;
  if (plain.length > maxBodyBytes) throw tooLarge();
  return plain.toString('utf8').replace(/^\ufeff/, '');
}

/**
 * The JSON object a source posted, whatever content type it named: browsers say `text/plain`, RudderStack says
 * `application/x-www-form-urlencoded` and means gzip. Throws `Rejected('body.not-json' | 'body.not-an-object')`, `tooLarge`, and
 * `Unavailable('body.undecodable' | 'body.encoding-unknown')` for what may survive another try.
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
 * The body of a request whose header opens no workspace: a key may still stand in it. Throws as `readBody` does, but for what another try
 * may mend: that is a 400 of the same code, so that a request without a key is never counted as our failure.
 */
export function readStrangersBody(raw: RawBody): JsonObject {
  try {
    return readBody(raw);
  } catch (error) {
    if (error instanceof Unavailable) throw new Rejected(error.code, { ...error.facts, cause: error });
    throw error;
  }
}
