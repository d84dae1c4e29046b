import { assemble } from '../../infra/local/template/assembly.ts';
import { type OutboxMail } from '../../infra/local/ses-sns/mail.ts';
import { type Local, type LocalOptions, startLocal } from '../../infra/local/runner.ts';
import { type Duration, durationMs } from '../../lib/shared/time.ts';

/** A message as a source sends it, and when it happened if not now. */
export interface Message {
  type?: 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias';
  timestamp?: string;
  [field: string]: unknown;
}

export interface Answered<Body = unknown> {
  status: number;
  body: Body;
  headers: Headers;
}

export interface World {
  local: Local;
  url: string;
  /** The time in the world, ISO. It stands still but for `advance`. */
  now(): string;
  /** Sends messages as one batch and waits until all they lead to is done. `at` and `messageId` are given where missing. */
  send(...messages: Message[]): Promise<Answered>;
  /** Lets time pass; resolves when all that fell due is done. */
  advance(duration: Duration): Promise<void>;
  get<Body = Record<string, unknown>>(path: string): Promise<Answered<Body>>;
  call<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answered<Body>>;
  /** The customer as the API shows it; undefined for nobody. */
  profile(id: string): Promise<Record<string, unknown> | undefined>;
  /** All of a customer's timeline, oldest first. */
  timeline(id: string): Promise<Record<string, unknown>[]>;
  /** E-mails that SES would have sent, oldest first. */
  outbox(): OutboxMail[];
  /** What functions printed and the runner said, for when a scenario fails. */
  log(): string;
  stop(): Promise<void>;
}

/** When every world begins, unless told: a Sunday, outside of anybody's quiet hours. */
export const worldBegins = Date.parse('2026-03-01T12:00:00.000Z');

const keptLines = 2_000;

/** The whole system in memory, on a clock that only `advance` moves. Builds and synthesizes when the sources changed since. */
export async function startWorld(options: Partial<LocalOptions> = {}): Promise<World> {
  const lines: string[] = [];
  const log = (source: string, text: string): void => {
    lines.push(`${source} | ${text}`);
    if (lines.length > keptLines) lines.shift();
  };
  const assembly = options.assembly ?? (await assemble());
  const local = await startLocal({ speed: 0, start: worldBegins, log, ...options, assembly });
  let sent = 0;

  async function call<Body>(method: string, path: string, body?: unknown): Promise<Answered<Body>> {
    const headers = { authorization: `Bearer ${local.keys.secret}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await fetch(`${local.url}${path}`, init);
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? undefined : JSON.parse(text)) as Body,
      headers: response.headers,
    };
  }

  const now = (): string => new Date(local.clock.now()).toISOString();

  async function send(...messages: Message[]): Promise<Answered> {
    const batch = messages.map((message) => ({ type: 'track', messageId: `w${sent++}`, timestamp: now(), ...message }));
    const answered = await call('POST', '/v1/batch', { batch, writeKey: local.keys.write });
    await local.settled();
    return answered;
  }

  async function timeline(id: string): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    let cursor = '';
    do {
      const path = `/v1/customers/${encodeURIComponent(id)}/timeline?limit=100${cursor && `&cursor=${cursor}`}`;
      const { body } = await call<{ items: Record<string, unknown>[]; nextCursor?: string }>('GET', path);
      found.push(...body.items);
      cursor = body.nextCursor ?? '';
    } while (cursor);
    return found.reverse();
  }

  return {
    local,
    url: local.url,
    now,
    send,
    advance: (duration) => local.advance(durationMs(duration)),
    get: (path) => call('GET', path),
    call,
    async profile(id) {
      const { status, body } = await call<Record<string, unknown>>('GET', `/v1/customers/${encodeURIComponent(id)}`);
      return status === 404 ? undefined : body;
    },
    timeline,
    outbox: () => local.services.mail.list({ limit: 1_000 }).reverse(),
    log: () => lines.join(''),
    stop: () => local.stop(),
  };
}
