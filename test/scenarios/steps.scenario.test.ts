import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sharedTime } from '../support/shared-time.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });

interface Told {
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Somebody’s server on this machine: takes notes, and answers with a score. The first call of each id fails. */
const told: Told[] = [];
const failed = new Set<string>();
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const id = String(request.headers['webhook-id']);
    told.push({ path: request.url, headers: request.headers, body: Buffer.concat(parts).toString() });
    const isFirst = !failed.has(id) && request.url === '/score';
    failed.add(id);
    response.writeHead(isFirst ? 503 : 200, { 'content-type': 'application/json' }).end('{"score":82}');
  });
});

const share = sharedTime();
let world: World;
let url: string;
beforeAll(async () => {
  world = share(await startWorld());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 120_000);
afterAll(async () => {
  server.close();
  await world.stop();
});

async function publish(id: string, steps: Record<string, object>, more: object = {}): Promise<void> {
  const [start] = Object.keys(steps);
  const entry = { triggers: [{ touchpoint: { event: `Knock ${id}` } }, { api: true }] };
  const draft = { name: { en: id, ko: id }, entry, start, steps: { ...steps, Done: { kind: 'exit' } }, ...more };
  const put = await world.call('PUT', `/v1/journeys/${id}`, draft);
  expect([id, put.status]).toEqual([id, 201]);
  expect(await world.call('POST', `/v1/journeys/${id}/publish`, {})).toMatchObject({ status: 200 });
  await world.local.settled();
  await world.advance('10s');
}

async function enter(id: string, userId: string, traits: object = {}): Promise<void> {
  await world.send({ type: 'identify', userId, traits: { email: `${userId}@example.com`, ...traits } });
  await world.send({ userId, event: `Knock ${id}` });
}

const say = (channel: string, next: string, more: object = {}) => ({
  ...{ kind: 'send', channel, purpose: 'transactional', template: { body: `By ${channel}` }, next },
  ...more,
});

/** What went out otherwise than by e-mail. */
const outbox = async () => {
  const { body } = await world.get<{ items: { channel: string; to: string[]; text: string }[] }>('/local/outbox');
  return body.items.filter(({ channel }) => channel !== 'email');
};

const toldAt = (...paths: string[]): Told[] => told.filter(({ path = '' }) => paths.includes(path));

const mails = (userId: string) => world.outbox().filter(({ to }) => to.includes(`${userId}@example.com`));

const mailsTo = (userId: string) => mails(userId).map(({ subject }) => subject);

const enrolments = async (userId: string) =>
  (await world.profile(userId))?.enrolments as { journeyId: string; status: string; outcome?: string }[];

test.concurrent('a message gets out on every channel', async () => {
  const endpoint = 'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/local/1f2e';
  await publish('channels', {
    Text: say('sms', 'Push'),
    Push: say('push', 'Chat'),
    Chat: say('whatsapp', 'Show'),
    Show: say('in-app', 'Post'),
    Post: say('webhook', 'Tell the team', { url: `${url}/post` }),
    'Tell the team': say('slack', 'Done', { url: `${url}/slack` }),
  });
  await enter('channels', 'ada', { phone: '+82 10 1234 5678', pushEndpoint: endpoint });
  expect((await outbox()).map(({ channel, to, text }) => [channel, ...to, text]).sort()).toEqual([
    ['push', endpoint, 'By push'],
    ['sms', '+821012345678', 'By sms'],
    ['whatsapp', '+821012345678', 'By whatsapp'],
  ]);
  expect(toldAt('/post', '/slack').map(({ body }) => JSON.parse(body) as object)).toMatchObject([
    { customerId: 'ada', body: 'By webhook' },
    { text: 'By slack' },
  ]);
  const list = () => world.get<{ items: { messageId: string; seenAt?: string }[] }>('/v1/customers/ada/in-app');
  const [message] = (await list()).body.items;
  expect(message).toMatchObject({ body: 'By in-app', journeyId: 'channels', stepId: 'Show' });
  await world.send({ userId: 'ada', event: 'Message Seen', properties: { messageId: message?.messageId } });
  expect((await list()).body.items).toMatchObject([{ seenAt: world.now() }]);
  expect(await enrolments('ada')).toMatchObject([{ journeyId: 'channels', status: 'ended', outcome: 'completed' }]);
});

test.concurrent(
  'a webhook is signed with the workspace’s secret, tried again under one id, and its answer is read later',
  async () => {
    await publish('score', {
      Score: {
        ...{ kind: 'webhook', url: `${url}/score`, body: { email: '{{traits.email}}' }, as: 'lead', next: 'Note' },
        retry: { attempts: 2, interval: '10s' },
      },
      Note: { kind: 'updateProfile', traits: { score: '{{vars.lead.body.score}}' }, next: 'Done' },
    });
    await enter('score', 'bo');
    await world.advance('1m');
    const calls = toldAt('/score');
    expect(new Set(calls.map(({ headers }) => headers['webhook-id']))).toHaveProperty('size', 1);
    expect(calls).toHaveLength(2);
    const { body } = await world.get<{ secrets: { secret: string }[] }>('/v1/workspace/webhook-secret');
    const key = Buffer.from(String(body.secrets[0]?.secret).slice('whsec_'.length), 'base64');
    for (const { headers, body: sent } of calls) {
      const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${sent}`;
      const signature = createHmac('sha256', key).update(signed).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${signature}`);
      expect(JSON.parse(sent)).toEqual({ email: 'bo@example.com' });
    }
    expect(await world.profile('bo')).toMatchObject({ traits: { score: 82 } });
  },
);

test.concurrent('a journey starts another, which is told of it', async () => {
  await publish('second', {
    Hello: say('email', 'Done', { template: { subject: 'Order {{trigger.order | of yours}}', body: 'Hi' } }),
  });
  await publish('first', {
    Tell: { kind: 'emitEvent', event: 'Lead Qualified', properties: { by: '{{customer.id}}' }, next: 'Go' },
    Go: { kind: 'startJourney', journey: 'second', properties: { order: '{{trigger.order}}' }, next: 'Done' },
  });
  await world.send({ type: 'identify', userId: 'cy', traits: { email: 'cy@example.com' } });
  await world.send({ userId: 'cy', event: 'Knock first', properties: { order: 7 } });
  await world.local.settled();
  expect(mailsTo('cy')).toEqual(['Order 7']);
});

const later = {
  Rest: { kind: 'wait', for: '3d', next: 'Hello' },
  Hello: say('email', 'Done', { template: { subject: 'Still here?', body: 'Hi' } }),
};
const parked = { parkAfter: '1d' };

test.concurrent('a long wait is parked, and goes on to the second', async () => {
  await publish('parked', later, parked);
  await enter('parked', 'di');
  const entered = world.now();
  await world.advance('2d');
  await world.advance('23h');
  expect(mailsTo('di')).toEqual([]);
  expect(await enrolments('di')).toMatchObject([{ status: 'active' }]);
  const due = Date.parse(entered) + 3 * 86_400_000;
  await world.advance('1h');
  expect(mailsTo('di')).toEqual(['Still here?']);
  const late = Date.parse(mails('di').at(-1)!.at) - due;
  expect([late >= 0, late <= 2_000]).toEqual([true, true]);
  expect(await enrolments('di')).toMatchObject([{ status: 'ended', outcome: 'completed' }]);
});

test.concurrent('whoever leaves while parked hears nothing more', async () => {
  await publish('left', later, { ...parked, exit: { event: 'Bought' } });
  await enter('left', 'ed');
  await world.advance('1d');
  await world.send({ userId: 'ed', event: 'Bought' });
  expect(await enrolments('ed')).toMatchObject([{ status: 'ended', outcome: 'exited' }]);
  await world.advance('3d');
  expect(mailsTo('ed')).toEqual([]);
});

test.concurrent('whoever is parked through a pause goes on after it', async () => {
  await publish('paused', later, parked);
  await enter('paused', 'fay');
  await world.call('POST', '/v1/journeys/paused/pause', {});
  await world.advance('4d');
  expect(mailsTo('fay')).toEqual([]);
  await world.call('POST', '/v1/journeys/paused/resume', {});
  await world.local.settled();
  await world.advance('1m');
  expect(mailsTo('fay')).toEqual(['Still here?']);
});

test.concurrent('of competing waits the first that is met wins', async () => {
  const answer = (subject: string) => say('email', 'Done', { template: { subject, body: 'Hi' } });
  await publish('either', {
    Await: {
      ...{ kind: 'waitForEvent', on: { event: 'Replied' }, next: 'Thanks', timeout: '3d', onTimeout: 'Nothing' },
      or: [{ on: { event: 'Clicked' }, next: 'More' }],
      as: 'reply',
    },
    Thanks: answer('Thanks for {{vars.reply.properties.text | it}}'),
    More: answer('More'),
    Nothing: answer('Nothing'),
  });
  await enter('either', 'gil');
  await enter('either', 'hui');
  await enter('either', 'ina');
  await world.send({ userId: 'gil', event: 'Clicked' });
  await world.send({ userId: 'gil', event: 'Replied', properties: { text: 'no' } });
  await world.send({ userId: 'hui', event: 'Replied', properties: { text: 'yes' } });
  await world.advance('3d');
  await world.send({ userId: 'ina', event: 'Replied', properties: { text: 'late' } });
  expect(['gil', 'hui', 'ina'].map(mailsTo)).toEqual([['More'], ['Thanks for yes'], ['Nothing']]);
});
