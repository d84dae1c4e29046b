import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ModelView, type RiskView } from '../../lib/churn/training/training-views.ts';
import { addMs } from '../../lib/shared/time.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });

let world: World;

const customers = 205;

const order = (n: number, daysAgo: number) => ({
  userId: `customer-${n}`,
  event: 'Order Completed',
  timestamp: addMs(world.now(), -daysAgo * 86_400_000),
  properties: { revenue: 20 },
});

/** Six weeks of orders. Everybody comes every ten days; a fifth stop, one after the other, and nobody of them comes back. */
function history(): ReturnType<typeof order>[] {
  const lastOf = (n: number): number => (n % 5 === 0 ? 1 + ((n * 3) % 37) : n % 10);
  return Array.from({ length: customers }, (_, n) =>
    Array.from({ length: 5 }, (_, turn) => lastOf(n) + 10 * turn)
      .filter((day) => day <= 42)
      .map((day) => order(n, day)),
  ).flat();
}

/** Somebody who was here last week, and somebody who stopped a month ago. */
const [quiet, gone] = ['customer-7', 'customer-10'];

/** Whoever is said to be leaving enters, and that is all. */
const leaving = {
  name: { en: 'Leaving', ko: '이탈' },
  entry: { triggers: [{ churnBand: ['high'] }] },
  start: 'Done',
  steps: { Done: { kind: 'exit' } },
};

beforeAll(async () => {
  world = await startWorld();
  await world.call('PUT', '/v1/workspace', { name: 'Local', churn: { horizonDays: 14 } });
  await world.call('POST', '/v1/journeys/retention/close', {});
  expect((await world.call('PUT', '/v1/journeys/leaving', leaving)).status).toBe(201);
  expect((await world.call('POST', '/v1/journeys/leaving/publish', {})).status).toBe(200);
  await world.send(...history());
}, 120_000);
afterAll(() => world.stop());

const told = async (id: string) => (await world.get<RiskView>(`/v1/customers/${id}/churn`)).body;

test('before a training the cold start is gone by, and the page of the model says so', async () => {
  expect((await world.get('/v1/churn/model')).body).toMatchObject({
    inForce: 'cold-start',
    lacking: ['never-trained'],
  });
  expect((await told(quiet)).risk).not.toHaveProperty('modelVersion');
});

test('a model is learnt when asked, says how good it is, and everybody is scored by it', async () => {
  const asked = await Promise.all([1, 2].map(() => world.call<{ run: string }>('POST', '/v1/churn/train', {})));
  expect(asked.map(({ status }) => status)).toEqual([202, 202]);
  expect(new Set(asked.map(({ body }) => body.run)).size).toBe(1);
  await world.local.settled();
  // What was remembered of the cold start has gone by then.
  await world.advance('1m');
  const { body: model } = await world.get<ModelView>('/v1/churn/model');
  expect(model).toMatchObject({ inForce: 'trained', version: 1, customers, lacking: [], training: { status: 'done' } });
  const { window, backTest, drift, grade } = model.page ?? {};
  expect(window?.auc).toBeGreaterThan(0.65);
  expect(backTest?.brier).toBeLessThan(0.2);
  expect(window?.calibration).toHaveLength(10);
  expect(window?.lift[0]?.lift).toBeGreaterThan(1.5);
  expect(drift).toBeGreaterThan(0);
  expect(grade).not.toBe('none');
});

test('who is with us is at low risk, who stopped at high, and the reasons sum to it', async () => {
  const [low, high] = [await told(quiet), await told(gone)];
  expect([low.risk, high.risk]).toMatchObject([
    { band: 'low', state: 'active', modelVersion: 1 },
    { band: 'high', state: 'churned', modelVersion: 1 },
  ]);
  const { risk, base = NaN, reasons = [] } = low;
  const logit = reasons.reduce((sum, { contribution }) => sum + contribution, base);
  expect(risk?.probability).toBeCloseTo(1 / (1 + Math.exp(-logit)), 3);
  expect(reasons[0]?.text.ko).not.toBe(reasons[0]?.text.en);
  expect(risk?.validUntil).toBeDefined();
  expect(risk?.expectedNext).toBeDefined();
  expect(risk?.valueAtRisk).toBeGreaterThan(0);
  expect(risk?.percentile).toBeLessThan(high.risk?.percentile ?? 0);
});

test('what an order changed is told with the order, before anybody has looked again and after', async () => {
  const before = (await told('customer-8')).risk!;
  await world.send(order(8, 0));
  const { change } = (await told('customer-8')).risk!;
  expect(change).toMatchObject({ touchpoint: { name: 'Order Completed', at: world.now() } });
  expect(change!.points).toBeLessThan(0);
  expect((await told('customer-8')).risk!.score).toBeCloseTo(before.score + change!.points, 1);
});

test('the new band was told over the bus', async () => {
  const entered = async (id: string) => ((await world.profile(id))?.enrolments as object[]).length;
  expect([await entered(gone), await entered(quiet)]).toEqual([1, 0]);
});

test('a model of another horizon than is asked for now is gone by no more, and the page of the model says so', async () => {
  await world.call('PUT', '/v1/workspace', { name: 'Local', churn: { horizonDays: 30 } });
  await world.advance('1m');
  expect((await told(quiet)).risk).toMatchObject({ horizonDays: 30 });
  expect((await told(quiet)).risk).not.toHaveProperty('modelVersion');
  const { body } = await world.get<ModelView>('/v1/churn/model');
  expect(body).toMatchObject({ inForce: 'cold-start', lacking: ['definition-changed'], version: 1 });
  expect((await world.get('/v1/churn/models')).body).not.toHaveProperty('inForce');
});
