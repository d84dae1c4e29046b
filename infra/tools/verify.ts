import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { zoneData as local } from '../../lib/shared/calendar/zone-data.ts';
import { ask, basic, expects, get, post, type Verifying, type VerifyTarget } from './verification/verify-client.ts';
import { pause } from '../../lib/shared/retry.ts';

const usage = 'npm run verify -- --url https://… --write wk_… --secret sk_…';

type Check = (verifying: Verifying) => Promise<string>;

const Customer = z.looseObject({
  touchpoints: z.record(z.string(), z.looseObject({ n: z.int() })),
  enrolments: z.array(z.looseObject({ journeyId: z.string(), status: z.string() })),
});
const Timeline = z.looseObject({
  items: z.array(z.looseObject({ kind: z.string(), messageId: z.string().optional() })),
});
const Health = z.looseObject({
  zoneData: z.object({ runtime: z.string().optional(), corrections: z.string(), isOutdated: z.boolean() }),
});

const track = (userId: string, event: string, messageId: string): object => ({
  type: 'track',
  ...{ userId, event, messageId },
  timestamp: new Date().toISOString(),
  properties: { text: '안녕 ✓ \u{1F600}' },
});

/** Polls the customer for up to 30 s until the condition holds. Throws otherwise. */
async function eventually(verifying: Verifying, id: string, holds: (customer: z.infer<typeof Customer>) => boolean) {
  for (let waited = 0; waited < 30_000; waited += 500) {
    const read = Customer.safeParse(await get(verifying, `/v1/customers/${id}`));
    if (read.success && holds(read.data)) return read.data;
    await verifying.pause(500);
  }
  throw new Error(`customer ${id} did not become so within 30 seconds`);
}

/** Polls the timeline for up to 30 s until it has that many messages, sent or skipped. */
async function messages(verifying: Verifying, id: string, wanted: number): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 250) {
    const { items } = Timeline.parse((await get(verifying, `/v1/customers/${id}/timeline`)) ?? { items: [] });
    if (items.filter(({ kind }) => kind === 'message').length >= wanted) return;
    await verifying.pause(250);
  }
  throw new Error(`not ${wanted} messages within 30 seconds`);
}

/** Each check states what only AWS can prove. All of them hold on the local runner too. */
export const checks = {
  'the API is up behind the edge': async ({ url }) => {
    const { status, headers } = await fetch(`${url}/health`);
    expects('GET /health', status, 200);
    return headers.get('x-cache') ?? 'no CloudFront on the way';
  },

  'local times follow current zone data': async ({ url }) => {
    const { zoneData } = Health.parse(await (await fetch(`${url}/health`)).json());
    const releases = `tz ${zoneData.runtime ?? 'unknown'} of the runtime, corrections ${zoneData.corrections}`;
    if (zoneData.isOutdated) throw new Error(`${releases}: see docs/runbook.md#zone-data-outdated`);
    if (zoneData.corrections < local.corrections)
      throw new Error(`${releases}: here are ${local.corrections}, deploy them`);
    return releases;
  },

  'the edge answers preflights itself': async ({ url }) => {
    const { status, headers } = await fetch(`${url}/v1/batch`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-headers': 'authorization' },
    });
    expects('OPTIONS /v1/batch', status, 204);
    expects('access-control-allow-origin', headers.get('access-control-allow-origin'), '*');
    return headers.get('x-cache') ?? '';
  },

  'the edge answers library settings itself': async ({ url, write }) => {
    const { status } = await fetch(`${url}/v1/projects/${write}/settings`);
    expects('GET settings', status, 200);
    return '';
  },

  'a key nobody has is refused': async ({ url, pause }) => {
    const headers = { authorization: basic('wk_nobody_0') };
    const { status } = await ask(pause, `${url}/v1/track`, { method: 'POST', headers, body: '{}' });
    expects('POST /v1/track', status, 401);
    return '';
  },

  'gzip comes through edge and gateway whole, whatever its type says': async (verifying) => {
    const types = ['application/json', 'text/plain', 'application/x-www-form-urlencoded'];
    const userId = `${verifying.run}-gzip`;
    for (const [i, type] of types.entries()) {
      const headers = { 'content-encoding': 'gzip', 'content-type': type };
      expects(type, await post(verifying, [track(userId, 'Packed', `${userId}-${i}`)], headers), 1);
    }
    await eventually(verifying, userId, ({ touchpoints }) => touchpoints.Packed?.n === types.length);
    return types.join(', ');
  },

  'two hundred touchpoints in parallel, each sent twice, are folded once each': async (verifying) => {
    const userId = `${verifying.run}-parallel`;
    const all = Array.from({ length: 200 }, (_, i) => track(userId, 'Counted', `${userId}-${i}`));
    const batches = Array.from({ length: 20 }, (_, i) => all.slice(i * 10, i * 10 + 10));
    await Promise.all([...batches, ...batches].map((batch) => post(verifying, batch)));
    await eventually(verifying, userId, ({ touchpoints }) => touchpoints.Counted?.n === all.length);
    await verifying.pause(2_000); // a late duplicate would raise the count
    await eventually(verifying, userId, ({ touchpoints }) => touchpoints.Counted?.n === all.length);
    return `${all.length} counted`;
  },

  'a trigger starts a journey, a touchpoint wakes it, a purchase ends it': async (verifying) => {
    const userId = `${verifying.run}-journey`;
    const email = 'success@simulator.amazonses.com';
    await post(verifying, [{ type: 'identify', userId, messageId: `${userId}-0`, traits: { email } }]);
    await post(verifying, [track(userId, 'Signed Up', `${userId}-1`)]);
    const start = performance.now();
    await messages(verifying, userId, 1);
    const first = performance.now() - start;
    await verifying.pause(2_000); // until the journey waits
    await post(verifying, [track(userId, 'Activated', `${userId}-2`)]);
    await messages(verifying, userId, 2);
    await post(verifying, [track(userId, 'Order Completed', `${userId}-3`)]);
    await eventually(verifying, userId, ({ enrolments: [one] }) => one?.status === 'ended');
    return `first message after ${(first / 1000).toFixed(1)} s`;
  },
} satisfies Record<string, Check>;

/**
 * Runs all checks one after the other and prints a line for each. Leaves its customers behind;
 * their ids have the run's prefix.
 */
export async function verify(target: VerifyTarget, tell: (line: string) => void): Promise<boolean> {
  const verifying = { ...target, run: `verify-${randomUUID().slice(0, 8)}`, pause };
  let all = true;
  for (const [name, check] of Object.entries(checks)) {
    try {
      tell(`ok      ${name} ${await check(verifying)}`.trimEnd());
    } catch (error) {
      all = false;
      tell(`FAILED  ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return all;
}

if (import.meta.main) {
  const options = { url: { type: 'string' }, write: { type: 'string' }, secret: { type: 'string' } } as const;
  const { url, write, secret } = parseArgs({ options }).values;
  if (!url || !write || !secret) {
    console.error(usage);
    process.exitCode = 2;
  } else if (!(await verify({ url: url.replace(/\/$/, ''), write, secret }, console.log))) process.exitCode = 1;
}
