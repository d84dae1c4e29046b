import { gzipSync } from 'node:zlib';
import * as z from 'zod';

/** The API that is verified, and its keys. */
export interface VerifyTarget {
  url: string;
  write: string;
  secret: string;
}

/** One run of the checks. */
export interface Verifying extends VerifyTarget {
  /** Prefix of the ids of this run's customers. */
  run: string;
  pause: (ms: number) => Promise<void>;
}

const Verdict = z.looseObject({ accepted: z.int() });

/** Throws if two values differ. */
export function expects(what: string, seen: unknown, wanted: unknown): void {
  if (seen !== wanted) throw new Error(`${what}: ${String(seen)}, not ${String(wanted)}`);
}

/** The header of basic authentication with a key. */
export const basic = (key: string): string => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

/** Attempts of a request, as in Segment's libraries. */
const maxTries = 10;

/**
 * Sends a request and repeats it while it is throttled, after `retry-after` or one second, times 1
 * to 2. A new account runs ten functions at a time, so this happens.
 */
export async function ask(pause: Verifying['pause'], url: string, init?: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(url, init);
    if (tries === maxTries || (response.status !== 429 && response.status !== 503)) return response;
    await response.body?.cancel();
    const seconds = Number(response.headers.get('retry-after')) || 1;
    await pause(1_000 * seconds * (1 + Math.random()));
  }
}

/** Sends a batch of messages. Returns the number accepted. */
export async function post(
  verifying: Verifying,
  batch: object[],
  headers: Record<string, string> = {},
): Promise<number> {
  const { url, write, pause } = verifying;
  const body = JSON.stringify({ batch, sentAt: new Date().toISOString() });
  const response = await ask(pause, `${url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: basic(write), 'content-type': 'application/json', ...headers },
    body: headers['content-encoding'] === 'gzip' ? gzipSync(body) : body,
  });
  expects('POST /v1/batch', response.status, 200);
  return Verdict.parse(await response.json()).accepted;
}

/** Reads from the back-office API. Undefined if the answer is not 200. */
export async function get({ url, secret }: VerifyTarget, path: string): Promise<unknown> {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${secret}` } });
  return response.status === 200 ? response.json() : undefined;
}
