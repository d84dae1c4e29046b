import { gzipSync } from 'node:zlib';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { expect, test } from 'vitest';
import { systemClock } from '#lib/shared/time.ts';
import { server } from './ingestion-server.ts';
import { muteErrors } from './ingestion-world.ts';

/** The stored touchpoints, oldest first, each with its partition and its document. */
const stored = (rows: (prefix: string) => { pk: string; sk: string; doc?: unknown }[]) =>
  rows('t#').map(({ pk, doc }) => ({ pk, ...(JSON.parse(String(doc)) as object) }));

const ada = { userId: 'ada', timestamp: new Date('2026-11-22T11:00:00.000Z') };

test("Segment's Node library delivers every kind of message, and knows it did", async () => {
  const { url, rows } = await server({ clock: systemClock });
  const analytics = new Analytics({ writeKey: 'wk_local', host: url });
  const errors: unknown[] = [];
  analytics.on('error', (error) => errors.push(error));
  analytics.identify({ ...ada, anonymousId: 'v-1', traits: { plan: 'pro' } });
  analytics.track({ ...ada, event: 'Order Completed', properties: { total: 42.5 } });
  analytics.page({ ...ada, name: 'Home' });
  analytics.screen({ ...ada, name: 'Cart' });
  analytics.group({ ...ada, groupId: 'acme' });
  analytics.alias({ userId: 'ada', previousId: 'v-1' });
  await analytics.closeAndFlush();
  expect(errors).toEqual([]);
  const names = stored(rows).map((touchpoint) => ('name' in touchpoint ? touchpoint.name : ''));
  expect(names.sort()).toEqual([
    'Aliased',
    'Identified',
    'Joined Group',
    'Order Completed',
    'Page Viewed',
    'Screen Viewed',
  ]);
  expect(stored(rows)[0]).toMatchObject({ pk: 'local#u:ada', channel: 'server' });
});

test('what the Node library has to send twice is stored once', async () => {
  muteErrors();
  let calls = 0;
  const refuse = (): never[] => {
    if (++calls === 2) throw new Error('the table fails after the first batch');
    return [];
  };
  const { url, rows, lines } = await server({ clock: systemClock, refuse, remainingMs: 1_000 });
  const analytics = new Analytics({ writeKey: 'wk_local', host: `${url}/v1`, path: '/v1/batch', flushAt: 30 });
  for (let i = 0; i < 30; i++) analytics.track({ ...ada, event: `Event ${i}` });
  await analytics.closeAndFlush();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ refused: 1 }, { accepted: 30 }]);
  expect(rows('t#')).toHaveLength(30);
});

test("RudderStack's Node library: stored is the time its caller names, else the moment of the call", async () => {
  const { url, rows } = await server({ clock: systemClock });
  const rudder = new RudderAnalytics('wk_local', { dataPlaneUrl: url, flushAt: 100 });
  rudder.track({ ...ada, event: 'Order Completed', timestamp: new Date('2025-11-22T11:00:00.000Z') });
  rudder.identify({ userId: 'ada', traits: { plan: 'pro' } });
  const today = new Date().toISOString().slice(0, 10);
  await rudder.flush();
  const [imported, live] = rows('t#').map(({ sk }) => sk);
  expect(imported).toContain('2025-11-22T11:00:00.000Z');
  expect(live).toContain(today);
});

interface Post {
  path: string;
  type: string;
  body: string | Buffer<ArrayBuffer>;
  encoding?: string;
  authorization?: string;
}

const send = (url: string, { path, type, body, encoding, authorization }: Post) =>
  fetch(`${url}${path}`, {
    method: 'POST',
    body,
    headers: {
      'content-type': type,
      ...(encoding && { 'content-encoding': encoding }),
      ...(authorization && { authorization }),
    },
  });

const key = `Basic ${Buffer.from('wk_local:').toString('base64')}`;
const message = { messageId: 'm-1', event: 'Signed Up', userId: 'ada', timestamp: '2026-11-22T11:59:00.000Z' };
const track = JSON.stringify({ ...message, writeKey: 'wk_local' });
const batch = JSON.stringify({ writeKey: 'wk_local', batch: [{ ...message, type: 'track' }] });

test.each<[string, Post]>([
  ["Segment's browser library", { path: '/v1/t', type: 'text/plain', body: track }],
  ['its batches', { path: '/v1/b', type: 'text/plain', body: batch }],
  ['a mobile library', { path: '/v1/b', type: 'application/json; charset=utf-8', body: batch }],
  ['a mobile library that packs', { path: '/v1/b', type: 'application/json', body: gzipSync(batch), encoding: 'gzip' }],
  [
    'RudderStack',
    {
      path: '/v1/batch',
      type: 'application/x-www-form-urlencoded',
      body: gzipSync(batch),
      encoding: 'gzip',
      authorization: key,
    },
  ],
  ['a host with /v1 and a slash too many', { path: '/v1//v1/batch/', type: 'application/json', body: batch }],
])('%s is understood', async (_name, post) => {
  const { url, rows } = await server();
  const response = await send(url, post);
  expect(await response.json()).toEqual({ success: true, accepted: 1, rejected: [] });
  expect(stored(rows)).toMatchObject([{ pk: 'local#u:ada', name: 'Signed Up' }]);
});

test.each([
  ['with a key in the header 503, for it may come whole next time', { authorization: key }, 503],
  ['without one 400, as any stranger can send it', {}, 400],
])('without the edge a packed body under a text type arrives broken: %s', async (_name, more, status) => {
  const { url } = await server({ edge: false });
  const packed = { path: '/v1/b', type: 'application/json', body: gzipSync(batch), encoding: 'gzip' };
  const response = await send(url, { ...packed, ...more });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ code: 'body.undecodable' });
});

test('the settings a browser library loads lead it to us', async () => {
  const { url, rows } = await server();
  const settings = (await (await fetch(`${url}/v1/projects/wk_local/settings`)).json()) as {
    integrations: Record<string, { apiKey: string; apiHost: string; protocol: string }>;
  };
  expect(Object.keys(settings.integrations)).toEqual(['Segment.io']);
  const { apiKey, apiHost, protocol } = settings.integrations['Segment.io']!;
  // As the library builds its address: protocol, host, first letter of the type.
  const body = JSON.stringify({ ...message, writeKey: apiKey });
  expect((await send(`${protocol}://${apiHost}`, { path: '/t', type: 'text/plain', body })).status).toBe(200);
  expect(rows('t#')).toHaveLength(1);
});

test.each([true, false])('a page may ask first, at the edge (%s) as behind it', async (edge) => {
  const { url } = await server({ edge });
  const headers = { origin: 'https://shop.example', 'access-control-request-headers': 'authorization,content-type' };
  const response = await fetch(`${url}/v1/batch`, { method: 'OPTIONS', headers });
  expect(response.status).toBe(204);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(response.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
});
