import * as z from 'zod';
import { Duration, durationMs, dayMs } from '#lib/shared/time.ts';
import { type EdgeRequest } from './edge.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Mail } from '../ses-sns/mail.ts';
import { type Messages } from '../ses-sns/messages.ts';
import { type GatewayResponse } from './gateway-payload.ts';
import { type Queues } from '../sqs/queues.ts';

/** Controls and views of the runner that no template has. */
export interface LocalControls {
  clock: VirtualClock;
  /** Advances the clock. Resolves when all due work is done. */
  advance(ms: number): Promise<void>;
  mail: Pick<Mail, 'list'>;
  messages: Pick<Messages, 'list'>;
  queues: Pick<Queues, 'counts' | 'list'>;
  /** What runs, for people. */
  page(): string;
  /** Where scripts find the local services. */
  aws(): LocalAws;
}

/** Names of the template, and variables that point the SDK's clients here. */
export interface LocalAws {
  stack: string;
  table: string;
  variables: Record<string, string>;
}

/** Maximum advance, ms. Due work runs in order and cannot be interrupted. */
const maxAdvanceMs = 366 * dayMs;

const Advance = z.strictObject({ advance: Duration.refine((text) => durationMs(text) <= maxAdvanceMs) });

const json = (status: number, body: unknown): GatewayResponse => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  cookies: [],
  body: Buffer.from(JSON.stringify(body)),
});

const text = (page: string): GatewayResponse => ({
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  cookies: [],
  body: Buffer.from(page),
});

/** Maximum messages of each kind in the outbox view, newest first. */
const limit = 1_000;

/** Returns the messages of all channels that would have been sent, newest first. */
function outbox({ mail, messages }: Pick<LocalControls, 'mail' | 'messages'>): object[] {
  const mails = mail.list({ limit }).map((one) => ({ channel: 'email', ...one }));
  const all = [...mails, ...messages.list({ limit })];
  return all.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, limit);
}

/**
 * Rejects another host name that resolves to this machine (DNS rebinding). Browsers send it as the
 * host.
 */
const isLoopback = (host = ''): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);

/**
 * Rejects pages of other sites, which may post here without a preflight. Browsers send their
 * origin.
 */
const isForeign = (origin: string | undefined): boolean =>
  origin !== undefined && !isLoopback(origin.replace(/^https?:\/\//, ''));

/** The routes under `/local`. They are in no template and are never deployed. */
export function localApi({
  clock,
  mail,
  messages,
  queues,
  ...controls
}: LocalControls): (request: EdgeRequest, body: Buffer) => Promise<GatewayResponse> {
  const time = (): GatewayResponse => json(200, { now: new Date(clock.now()).toISOString(), speed: clock.speed });

  async function advance(body: Buffer): Promise<GatewayResponse> {
    const read = Advance.safeParse(parsed(body));
    if (!read.success)
      return json(400, {
        message: 'a JSON body like {"advance":"3d"}: a whole number and s, m, h or d, a year at most',
      });
    await controls.advance(durationMs(read.data.advance));
    return time();
  }

  function deadLetters(): GatewayResponse {
    const names = Object.keys(queues.counts());
    return json(200, { queues: Object.fromEntries(names.map((name) => [name, queues.list(name)])) });
  }

  const routes: Record<string, (body: Buffer) => GatewayResponse | Promise<GatewayResponse>> = {
    'GET /local': () => text(controls.page()),
    'GET /local/clock': time,
    'POST /local/clock': advance,
    'GET /local/outbox': () => json(200, { items: outbox({ mail, messages }) }),
    'GET /local/queues': deadLetters,
    'GET /local/aws': () => json(200, controls.aws()),
  };

  return async ({ method, path, headers }, body) => {
    if (!isLoopback(headers.host) || isForeign(headers.origin)) return json(403, { message: 'only for this machine' });
    const route = routes[`${method} ${path.replace(/\/$/, '')}`];
    return route ? route(body) : json(404, { message: `there is ${Object.keys(routes).join(', ')}` });
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
