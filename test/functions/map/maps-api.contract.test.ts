import { expect, test } from 'vitest';
import { handleMapRoutes } from '#functions/map/maps-api/handler.ts';
import { type ApiRequest, type ApiResponse } from '#lib/aws/http/api-function.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { mapStore } from '#lib/map/map-store.ts';
import { type MapView } from '#lib/map/map-view.ts';
import { mapRoutes as described } from '#lib/map/map-routes.ts';
import { anEngine, localClient, theTable } from '../../support/engines.ts';

const start = '2026-03-01T09:00:00.000Z';
const label = { en: 'First order', ko: '첫 주문' };
const plan = { sequence: [{ touchpoint: 'Signed Up' }, { touchpoint: 'Order Completed' }] };

async function aWorld() {
  const engine = await anEngine();
  const table = dynamoTable(localClient(engine.endpoint), theTable.ref);
  const routes = handleMapRoutes({ maps: mapStore(table), clock: { now: () => start } });
  const ask = async (route: string, more: Partial<ApiRequest> = {}): Promise<ApiResponse> =>
    routes[route]!({
      workspace: 'acme',
      params: { id: 'first-order' },
      query: {},
      headers: {},
      body: () => undefined,
      ...more,
    });
  const put = (body: unknown, headers: Record<string, string> = {}) =>
    ask('PUT /v1/maps/{id}', { body: () => body, headers });
  return { ask, put };
}

test('a map is written, read, listed and deleted', async () => {
  const { ask, put } = await aWorld();
  expect(await put({ label, plan })).toMatchObject({ status: 201, headers: { etag: '"1"' } });
  const { body, headers } = await ask('GET /v1/maps/{id}');
  expect(headers).toEqual({ etag: '"1"' });
  expect(described['GET /v1/maps/{id}']!.answer.parse(body)).toEqual(body);
  expect(body).toEqual({ id: 'first-order', label, plan, savedAt: start, warnings: [] });
  expect((await ask('GET /v1/maps')).body).toEqual({ items: [{ id: 'first-order', label, savedAt: start }] });
  expect((await ask('DELETE /v1/maps/{id}')).body).toEqual({ id: 'first-order', deleted: true });
  await expect(ask('GET /v1/maps/{id}')).rejects.toMatchObject({ status: 404, code: 'map.unknown' });
  await expect(ask('DELETE /v1/maps/{id}')).rejects.toMatchObject({ status: 404 });
});

test('nobody overwrites what they have not seen', async () => {
  const { ask, put } = await aWorld();
  await put({ label, plan });
  await expect(put({ label, plan })).rejects.toMatchObject({ status: 428 });
  expect(await put({ label, plan }, { 'if-match': '"1"' })).toMatchObject({ status: 200, headers: { etag: '"2"' } });
  await expect(put({ label, plan }, { 'if-match': '"1"' })).rejects.toMatchObject({ status: 412 });
  const stale = { headers: { 'if-match': '"1"' } };
  await expect(ask('DELETE /v1/maps/{id}', stale)).rejects.toMatchObject({ status: 412 });
});

test('of two who write at the same time one is told', async () => {
  const { put } = await aWorld();
  const both = await Promise.allSettled([put({ label, plan }), put({ label, plan })]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('what is odd about a plan is told, what cannot be compared with is refused, each with its place', async () => {
  const { put } = await aWorld();
  const odd = { sequence: [{ touchpoint: 'A' }, { optional: { optional: { touchpoint: 'B' } } }] };
  const { body } = await put({ label, plan: odd });
  expect((body as MapView).warnings).toMatchObject([{ code: 'twice-optional', place: 'sequence[1]' }]);
  const deep = Array.from({ length: 13 }).reduce((inner) => ({ optional: inner }), { touchpoint: 'A' });
  await expect(put({ label, plan: deep })).rejects.toMatchObject({
    status: 400,
    facts: { faults: [{ code: 'too-deep', place: expect.stringMatching(/^optional\.optional/) as string }] },
  });
  await expect(put({ label, plan: { sequence: [{ touchpoint: 7 }] } })).rejects.toMatchObject({
    facts: { issues: [{ path: expect.stringContaining('sequence[0]') as string }] },
  });
  await expect(put({ label, plan, id: 'another' })).rejects.toMatchObject({ status: 400 });
  for (const body of [undefined, null, 7, 'text', [], {}])
    await expect(put(body)).rejects.toMatchObject({ code: 'map.invalid' });
});

test('a map of another workspace is as unknown as one that never was', async () => {
  const { ask, put } = await aWorld();
  await put({ label, plan });
  const foreign = { workspace: 'other' };
  await expect(ask('GET /v1/maps/{id}', foreign)).rejects.toMatchObject({ status: 404, code: 'map.unknown' });
  await expect(ask('DELETE /v1/maps/{id}', foreign)).rejects.toMatchObject({ status: 404 });
  expect((await ask('GET /v1/maps', foreign)).body).toEqual({ items: [] });
});
