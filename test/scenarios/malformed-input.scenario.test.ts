import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Problem } from '../../lib/aws/http/problem.ts';
import { churnRoutes } from '../../lib/churn/churn-routes.ts';
import { decisionRoutes } from '../../lib/decision/decision-routes.ts';
import { entryRoutes } from '../../lib/journey/api/entry-routes.ts';
import { journeyRouteDocs } from '../../lib/journey/api/journey-routes.ts';
import { mapRoutes } from '../../lib/map/map-routes.ts';
import { profileRoutes } from '../../lib/api/customer-routes.ts';
import { segmentRoutes } from '../../lib/segment/segment-routes.ts';
import { reportRoutes } from '../../lib/report/report-routes.ts';
import { type ApiRouteTable } from '../../lib/shared/http/api-route.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Knocks come before anything has become of the journey they knock at. */
const routes: ApiRouteTable = {
  ...{ ...entryRoutes, ...churnRoutes, ...decisionRoutes, ...journeyRouteDocs },
  ...{ ...mapRoutes, ...profileRoutes, ...reportRoutes, ...segmentRoutes },
};

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.send({ userId: 'ada', event: 'Order Completed', properties: { revenue: 20 } });
  // A journey that may be entered by API, at the address that bodies are sent to.
  await world.call('PUT', '/v1/journeys/home', {
    ...{ name: { en: 'Home', ko: '집' }, entry: { triggers: [{ api: true }], key: 'orderId' } },
    ...{ start: 'Done', steps: { Done: { kind: 'exit' } } },
  });
  await world.call('POST', '/v1/journeys/home/publish', {});
}, 120_000);
afterAll(() => world.stop());

/** What is no document of ours, as texts. */
const notOurs = ['', 'nonsense', 'null', '[]', '"x"', '7', '{}', '{"__proto__":{"kind":"paths"}}', '['.repeat(5_000)];

/** What may stand where something else is meant. */
const odd: unknown[] = [
  null,
  true,
  -1,
  1e308,
  5e-324,
  '',
  'constructor',
  '__proto__',
  '\ud800',
  'é'.repeat(3_000),
  [],
  [[]],
  {},
  { constructor: 1 },
];

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The same document with something odd at one of its places, for each place and oddity. */
function* spoilt(value: unknown): Generator {
  if (!isRecord(value)) return;
  const put = (key: string, inner: unknown): unknown =>
    Array.isArray(value) ? value.with(Number(key), inner) : { ...value, [key]: inner };
  for (const [key, inner] of Object.entries(value)) {
    for (const other of odd) yield put(key, other);
    for (const other of spoilt(inner)) yield put(key, other);
  }
}

const ids = ['ada', 'onboarding', 'constructor', '__proto__', '%00', '%F0%9F%92%A9', 'x'.repeat(3_000), 'a%2F..%2Fb'];
const queries = [
  '',
  '?limit=0',
  '?limit=NaN',
  '?limit=1e9',
  '?cursor=abc',
  `?cursor=${'e'.repeat(3_000)}`,
  '?version=-1',
];

async function call(key: string, path: string, body?: string) {
  const [method = ''] = key.split(' ');
  const headers = {
    ...{ authorization: `Bearer ${world.local.keys.secret}`, 'content-type': 'application/json' },
    ...(key === 'PUT /v1/journeys/{id}' && { 'if-match': '*' }),
  };
  const answer = await fetch(`${world.url}${path}`, { method, headers, ...(body !== undefined && { body }) });
  return { status: answer.status, body: JSON.parse(await answer.text()) as unknown };
}

/** An answer is what the document says, or a refusal that it names. */
function holds(key: string, { status, body }: { status: number; body: unknown }, asked: string): void {
  const { answer, refusals = {} } = routes[key]!;
  if (status < 300) return expect(answer.safeParse(body).error, `${key} ${asked}`).toBeUndefined();
  expect([...Object.keys(refusals), '404'], `${key} ${asked} ${JSON.stringify(body)}`).toContain(String(status));
  Problem.parse(body);
}

const keys = Object.keys(routes);

/** The address of a route, with the same name in every place. */
const addressOf = (key: string, id: string): string => key.split(' ')[1]!.replaceAll(/\{\w+\}/g, id);

test.each(keys.filter((key) => key.includes('{')))('%s: whatever the id', async (key) => {
  for (const id of ids) {
    holds(key, await call(key, addressOf(key, id), key.startsWith('PUT') ? '{}' : undefined), id);
  }
});

test.each(keys.filter((key) => key.startsWith('GET')))('%s: whatever the query', async (key) => {
  for (const query of queries) holds(key, await call(key, addressOf(key, 'home') + query), query);
});

test.each(keys.filter((key) => routes[key]!.body))('%s: whatever the body', async (key) => {
  const path = addressOf(key, 'home');
  const example = routes[key]!.body?.example;
  expect(example).toBeDefined();
  const bodies = [...notOurs, JSON.stringify(example), ...[...spoilt(example)].map((one) => JSON.stringify(one))];
  for (const body of bodies) holds(key, await call(key, path, body), body.slice(0, 300));
  // Time for all tries of what is done afterwards.
  await world.advance('10m');
});

test('nothing of it was put aside later', () => {
  expect(Object.values(world.local.services.queues.counts()).every((count) => count === 0)).toBe(true);
});
