import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { dynamoTable } from '../../lib/aws/table/dynamo-table.ts';
import { churnRoutes } from '../../lib/churn/churn-routes.ts';
import { decisionRoutes } from '../../lib/decision/decision-routes.ts';
import { ingestionRoutes } from '../../lib/ingestion/ingestion-routes.ts';
import { entryRoutes } from '../../lib/journey/api/entry-routes.ts';
import { journeyRouteDocs } from '../../lib/journey/api/journey-routes.ts';
import { deployedJourneys } from '../../lib/journey/publishing/deployed-journeys.ts';
import { mapRoutes } from '../../lib/map/map-routes.ts';
import { profileRoutes } from '../../lib/api/customer-routes.ts';
import { segmentRoutes } from '../../lib/segment/segment-routes.ts';
import { reportRoutes } from '../../lib/report/report-routes.ts';
import { type ApiRouteTable } from '../../lib/shared/http/api-route.ts';
import { addMs } from '../../lib/shared/time.ts';
import { localClient } from '../support/engines.ts';
import { began, faulty, label, largestRows, many, reportId, storeLargest, text } from '../support/large-data.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 200_000 });

/** Largest answer of any route. Bytes. */
const maxBytes = 1024 * 1024;

const routes: ApiRouteTable = {
  ...{ ...ingestionRoutes, ...entryRoutes, ...churnRoutes, ...decisionRoutes, ...journeyRouteDocs },
  ...{ ...mapRoutes, ...profileRoutes, ...reportRoutes, ...segmentRoutes },
};

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const { endpoint, tableName } = world.local.engine;
  const client = localClient(endpoint);
  await storeLargest(dynamoTable(client, tableName));
  const rows = largestRows();
  for (let i = 0; i < rows.length; i += 25) {
    const puts = rows.slice(i, i + 25).map((item) => ({ PutRequest: { Item: marshall(item) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }));
  }
  client.destroy();
});
afterAll(() => world.stop());

interface Answered {
  status: number;
  bytes: number;
  body: Record<string, unknown>;
}

async function ask(method: string, path: string, body?: unknown): Promise<Answered> {
  const headers = { authorization: `Bearer ${world.local.keys.secret}`, 'content-type': 'application/json' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const init = { method, headers: { ...headers, 'if-match': '*' }, ...(body !== undefined && { body: text }) };
  const response = await fetch(`${world.url}${path}`, init);
  const answer = await response.text();
  return { status: response.status, bytes: Buffer.byteLength(answer), body: JSON.parse(answer) as Answered['body'] };
}

/** Items of all pages. Each page is within the limit. */
async function walk(path: string, list = 'items'): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let cursor = ''; ;) {
    const query = [path.includes('?') ? '' : '?', cursor && `&cursor=${cursor}`].join('');
    const { status, bytes, body } = await ask('GET', `${path}${query}`);
    expect(status, JSON.stringify(body).slice(0, 500) + world.log().slice(-1_500)).toBe(200);
    expect(bytes, `${path} ${found.length}`).toBeLessThanOrEqual(maxBytes);
    found.push(...(body[list] as unknown[]));
    if (typeof body.nextCursor !== 'string') return found;
    cursor = body.nextCursor;
  }
}

/** Listings, and how many items their pages hold together. */
const listings: Record<string, [path: string, items: number]> = {
  'GET /v1/customers': ['/v1/customers?limit=100&stage=acquisition', 150],
  'GET /v1/customers/{id}/timeline': ['/v1/customers/big/timeline?limit=100', 50],
  'GET /v1/customers/{id}/in-app': ['/v1/customers/big/in-app?limit=100', 30],
  'GET /v1/segments': ['/v1/segments', 30],
  'GET /v1/segments/{id}/members': ['/v1/segments/s0/members?limit=100', 150],
  'GET /v1/placements': ['/v1/placements', 10],
  'GET /v1/maps': ['/v1/maps', 12],
  'GET /v1/journeys': ['/v1/journeys', deployedJourneys.length + 15],
  'GET /v1/journeys/{id}/versions': ['/v1/journeys/often/versions', 300],
  'GET /v1/journeys/{id}/stats': ['/v1/journeys/long/stats', 5],
  'GET /v1/journeys/{id}/enrolments': ['/v1/journeys/long/enrolments?limit=100', 70],
  'GET /v1/tasks': ['/v1/tasks?limit=100', 70],
  'GET /v1/reports': ['/v1/reports?limit=100', 1],
};

/** Single answers, and the lists of them that are cut. */
const singles: Record<string, [path: string, ...trimmed: string[]]> = {
  'GET /v1/customers/{id}': ['/v1/customers/big', 'enrolments'],
  'GET /v1/customers/{id}/churn': ['/v1/customers/big/churn'],
  'GET /v1/customers/{id}/refusals': ['/v1/customers/big/refusals', 'items'],
  'GET /v1/segments/{id}': ['/v1/segments/s0'],
  'GET /v1/placements/{id}': ['/v1/placements/p0'],
  'GET /v1/placements/{id}/policy': ['/v1/placements/p0/policy'],
  'GET /v1/maps/{id}': ['/v1/maps/m0'],
  'GET /v1/journeys/{id}': ['/v1/journeys/long'],
  'GET /v1/journeys/{id}/versions/{version}': ['/v1/journeys/often/versions/1'],
  'GET /v1/journeys/{id}/diff': ['/v1/journeys/differs/diff'],
  'GET /v1/journeys/{id}/experiments/{step}': ['/v1/journeys/tested/experiments/Try'],
  'GET /v1/reports/{id}': [`/v1/reports/${reportId}`],
  'GET /v1/churn/model': ['/v1/churn/model'],
  'GET /v1/churn/models': ['/v1/churn/models'],
  'GET /v1/workspace': ['/v1/workspace'],
  'GET /v1/workspace/webhook-secret': ['/v1/workspace/webhook-secret'],
  'GET /v1/openapi.json': ['/v1/openapi.json'],
  'GET /health': ['/health'],
  'GET /v1/projects/{writeKey}/settings': ['/v1/projects/wk_local/settings'],
};

describe('reading', () => {
  test.each(Object.entries(listings))(
    '%s: pages within the limit hold every item once',
    async (_key, [path, items]) => {
      const found = await walk(path);
      expect(found).toHaveLength(items);
      expect(new Set(found.map((item) => JSON.stringify(item))).size).toBe(items);
    },
  );

  test.each(Object.entries(singles))('%s is within the limit', async (_key, [path, ...lists]) => {
    const { status, bytes, body } = await ask('GET', path);
    expect(status, JSON.stringify(body).slice(0, 500) + world.log().slice(-1_500)).toBe(200);
    expect(bytes).toBeLessThanOrEqual(maxBytes);
    const trimmed = (body.trimmed ?? []) as { list: string; shown: number; of: number }[];
    expect(trimmed.map(({ list }) => list)).toEqual(lists);
    for (const { shown, of } of trimmed) expect(shown).toBeLessThan(of);
  });

  test('every route that reads is looked at; a trace has a test of its own', () => {
    const reading = Object.keys(routes).filter((key) => key.startsWith('GET '));
    const looked = [...Object.keys(listings), ...Object.keys(singles), 'GET /v1/enrolments/{id}/trace'];
    expect(looked.sort()).toEqual(reading.sort());
  });
});

describe('writing', () => {
  const oddities: Record<string, string> = {
    'a name of 2 MB': JSON.stringify({ [text(2_000_000)]: 1 }),
    'three thousand names nobody knows': JSON.stringify(Object.fromEntries(many(3_000, (i) => [`k${i}`, i]))),
    'a text of 2 MB where another thing is meant': JSON.stringify({ id: text(2_000_000), kind: text(2_000_000) }),
    'lists of three thousand wrong things': JSON.stringify(
      Object.fromEntries(
        ['offers', 'steps', 'stages', 'caps', 'customers', 'experiments', 'snapshots', 'arms', 'purchaseEvents'].map(
          (name) => [name, many(3_000, () => null)],
        ),
      ),
    ),
    'a predicate of three thousand wrong parts': JSON.stringify({ predicate: { all: many(3_000, () => ({})) } }),
    'a plan of wrong parts': JSON.stringify({ label, plan: { sequence: many(3_000, () => ({ touchpoint: 7 })) } }),
  };

  const written = Object.keys(routes).filter((key) => !key.startsWith('GET '));
  test.each(written)('%s: what is refused is told within the limit', async (key) => {
    const [method = '', path = ''] = key.split(' ');
    for (const [name, body] of Object.entries(oddities)) {
      const { status, bytes } = await ask(method, path.replaceAll(/\{\w+\}/g, 'odd'), body);
      expect(status, `${key}: ${name}`).toBeLessThan(500);
      expect(bytes, `${key}: ${name}`).toBeLessThan(100_000);
    }
  });

  test.each<[name: string, asked: [method: string, path: string, body: unknown], status: number, ...trimmed: string[]]>(
    [
      ['a draft with a fault at each step', ['PUT', '/v1/journeys/faulty', faulty], 200, 'faults'],
      ['publishing it', ['POST', '/v1/journeys/faulty/publish', {}], 422, 'faults'],
      ['a dry run', ['POST', '/v1/journeys/faulty/publish', { dryRun: true }], 200, 'faults'],
      ['simulating it', ['POST', '/v1/journeys/faulty/simulate', {}], 422, 'faults'],
      ['pausing a journey with many migrations', ['POST', '/v1/journeys/long/pause', undefined], 200],
      ['long ids of customers', ['POST', '/v1/experiments/assign', assigning(() => '가'.repeat(341))], 400],
      ['ordinary ids of customers', ['POST', '/v1/experiments/assign', assigning((i) => `customer-${i}`)], 200],
      [
        'long ids of experiments',
        ['POST', '/v1/experiments/sample-ratio', { experiments: many(2_000, broken) }],
        200,
        'mismatched',
      ],
      ['twenty arms with long ids', ['POST', '/v1/experiments/result', judged], 200],
    ],
  )('%s', async (...[, [method, path, body], status, ...trimmed]) => {
    const answered = await ask(method, path, body);
    expect(answered.status, JSON.stringify(answered.body).slice(0, 500) + world.log().slice(-1_500)).toBe(status);
    expect(answered.bytes).toBeLessThanOrEqual(maxBytes);
    // What is over the limit was cut by name; what is not was left alone.
    const cut = ((answered.body.trimmed ?? []) as { list: string }[]).map(({ list }) => list);
    expect(trimmed).toEqual(expect.arrayContaining(cut));
  });
});

function assigning(id: (i: number) => string) {
  return { experiment: 'e', arms: [{ id: 'a'.repeat(200) }, { id: 'b'.repeat(200) }], customers: many(1_000, id) };
}

function broken(i: number) {
  const arms = [
    { n: 9_000, weight: 1 },
    { n: 1_000, weight: 1 },
  ];
  return { id: String(i).padEnd(200, '가'), at: addMs(began, i * 3_600_000), arms };
}

function armId(i: number): string {
  return String(i).padEnd(200, '가');
}

const judged = {
  plan: {
    ...{ id: 'x', arms: many(20, (i) => ({ id: armId(i) })), metric: { id: 'order', kind: 'rate' } },
    ...{ method: { kind: 'always-valid' } },
  },
  snapshots: [
    Object.fromEntries(many(20, (i) => [armId(i), { customers: 1_000, metrics: { order: { successes: 100 + i } } }])),
  ],
};
