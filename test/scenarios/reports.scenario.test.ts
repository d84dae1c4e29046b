import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ReportView } from '../../lib/report/report-record.ts';
import { addMs } from '../../lib/shared/time.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });

let world: World;

const daysAgo = (days: number): string => addMs(world.now(), -days * 86_400_000);

/** Twelve customers look at something; every third orders two days later, and only those come back after a month. */
beforeAll(async () => {
  world = await startWorld();
  const all = Array.from({ length: 12 }, (_, i) => `customer-${i}`);
  const buyers = all.filter((_, i) => i % 3 === 0);
  const track = (users: string[], event: string, more: object) =>
    world.send(...users.map((userId) => ({ userId, event, ...more })));
  await track(all, 'Product Viewed', { timestamp: daysAgo(37), context: { channel: 'ads' } });
  await track(buyers, 'Order Completed', { timestamp: daysAgo(35), properties: { total: 20 } });
  await track(buyers, 'Product Viewed', { timestamp: daysAgo(5) });
}, 120_000);
afterAll(() => world.stop());

async function report(body: object): Promise<ReportView> {
  const asked = await world.call<{ reportId: string }>('POST', '/v1/reports', {
    from: daysAgo(40),
    to: world.now(),
    ...body,
  });
  expect(asked.status).toBe(202);
  await world.local.settled();
  const { body: view } = await world.get(`/v1/reports/${asked.body.reportId}`);
  return ReportView.parse(view);
}

const plan = { sequence: [{ touchpoint: 'Product Viewed' }, { touchpoint: 'Order Completed' }] };

const asked: [string, object, object][] = [
  [
    'a funnel',
    { kind: 'funnel', steps: ['Product Viewed', 'Order Completed'] },
    { steps: [{ customers: 12 }, { customers: 4 }] },
  ],
  ['paths', { kind: 'paths' }, { paths: 12, variants: { distinct: 2 } }],
  ['retention', { kind: 'retention', unit: 'month' }, { cohorts: [{ customers: 12, active: [12, 4, 0] }] }],
  ['survival', { kind: 'survival', ends: { silentFor: '31d' } }, { curves: [{ customers: 12, ended: 8 }] }],
  [
    'attribution',
    { kind: 'attribution', conversion: 'Order Completed', worth: 'total' },
    { conversions: 4, value: 80 },
  ],
  ['a contrast', { kind: 'contrast', silentFor: '20d' }, { customers: { churned: 8, retained: 4 } }],
  ['conformance', { kind: 'conformance', plan }, { paths: 12, variants: 2 }],
  ['stages', { kind: 'stages' }, { customers: 12 }],
];

test.each(asked)('%s of what was sent is made in the background', async (_, body, answer) => {
  expect(await report(body)).toMatchObject({
    status: 'done',
    coverage: { complete: true, customersRead: 12 },
    result: { answer },
  });
});

test('a map is drawn, and what customers did is compared with it', async () => {
  const label = { en: 'Buying', ko: '구매' };
  expect((await world.call('PUT', '/v1/maps/buying', { label, plan })).status).toBe(201);
  expect((await world.get('/v1/maps')).body).toMatchObject({ items: [{ id: 'buying' }] });
  const { result } = await report({ kind: 'conformance', map: 'buying' });
  expect(result).toMatchObject({
    map: { id: 'buying' },
    answer: { deviations: [{ kind: 'skipped', customers: 8 }, {}] },
  });
  expect((await world.call('DELETE', '/v1/maps/buying')).status).toBe(200);
});

test('a report of a segment reads its members only', async () => {
  await world.call('PUT', '/v1/segments/buyers', { predicate: { did: 'Order Completed' } });
  await world.local.settled();
  const { coverage } = await report({ kind: 'paths', segment: 'buyers' });
  expect(coverage).toMatchObject({ customersRead: 4, customersMatched: 4 });
});

test('reports asked for are listed, and calculators of experiments answer', async () => {
  const { body } = await world.get<{ items: object[] }>('/v1/reports');
  expect(body.items.length).toBeGreaterThan(8);
  const metric = { kind: 'rate', baseline: 0.1, effect: 0.01 };
  expect(await world.call('POST', '/v1/experiments/size', { metric })).toMatchObject({
    status: 200,
    body: { power: 0.8 },
  });
});

test('garbage is refused, however deep it is nested', async () => {
  const deep = `${'{"not":'.repeat(20_000)}{}${'}'.repeat(20_000)}`;
  const response = await fetch(`${world.url}/v1/reports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.local.keys.secret}`, 'content-type': 'application/json' },
    body: `{"kind":"paths","predicate":${deep}}`,
  });
  expect([response.status, await response.json()]).toMatchObject([400, { code: 'body.too-deep' }]);
  expect(await world.call('POST', '/v1/reports', { kind: 'horoscope' })).toMatchObject({ status: 400 });
  expect((await world.get('/v1/reports/none')).status).toBe(404);
});
