import { expect, test } from 'vitest';
import { reportRoutes as described } from '#lib/report/report-routes.ts';
import { readRequest } from '#lib/report/kinds/report-request.ts';
import { aShop, aWorld, now, start } from '../../report/report-world.ts';

const funnel = { kind: 'funnel', steps: ['View', 'Buy'] };

test('a report is asked for, made in the background and shown with what it covers', async () => {
  const world = await aShop();
  const { reportId, status } = await world.post(funnel);
  expect(status).toBe('waiting');
  expect(await world.get(reportId)).toMatchObject({ status: 'waiting', request: { ...funnel, from: start, to: now } });
  expect(world.told).toMatchObject([{ name: 'ReportRequested', detail: { reportId, workspace: 'acme' } }]);
  await world.run(world.told[0]!);
  const view = await world.get(reportId);
  expect(described['GET /v1/reports/{id}']!.answer.parse(view)).toEqual(view);
  expect(view).toMatchObject({
    status: 'done',
    finishedAt: now,
    coverage: { complete: true, customersRead: 10, customersMatched: 10, touchpointsRead: 15, customersCut: 0 },
    result: {
      answer: {
        kind: 'funnel',
        steps: [
          { name: 'View', customers: 10, ofFirst: 1 },
          { name: 'Buy', customers: 4, ofFirst: 0.4 },
        ],
      },
      trimmed: [],
    },
  });
  expect(world.counts).toEqual([{ done: 1, customers: 10 }]);
});

test('a map that is gone by the time its report is made fails the report, once and for all', async () => {
  const world = await aShop();
  const label = { en: 'Gone', ko: '없음' };
  await world.maps.save('acme', { map: { id: 'gone', label, plan: { touchpoint: 'A' } }, rev: 0, savedAt: start });
  const { reportId } = await world.post({ kind: 'conformance', map: 'gone' });
  await world.maps.remove('acme', { id: 'gone', rev: 1 });
  await world.run(world.told[0]!);
  expect(await world.get(reportId)).toMatchObject({ status: 'failed', failure: 'map.unknown' });
});

test('a report is of a segment, and of whoever meets a predicate', async () => {
  const world = await aWorld();
  const vip = { segments: { vip: start } };
  for (const id of ['a', 'b']) {
    await world.customer(id, [[0, 'View']], { ...vip, traits: { plan: { value: id, at: start } } });
    await world.directory.add({ workspace: 'acme', customer: `u:${id}` }, 'vip', 'UTC');
  }
  await world.customer('c', [[0, 'View']]);
  await world.segments.save('acme', { id: 'vip', predicate: { did: 'View' }, rev: 0 });
  const coverage = async (more: object) => (await world.report({ ...funnel, ...more })).coverage;
  expect(await coverage({})).toMatchObject({ customersRead: 3, customersMatched: 3 });
  expect(await coverage({ segment: 'vip' })).toMatchObject({ customersRead: 2, customersMatched: 2 });
  const predicate = { trait: 'plan', is: 'a' };
  expect(await coverage({ predicate })).toMatchObject({ customersRead: 3, customersMatched: 1 });
  expect(await coverage({ segment: 'vip', predicate })).toMatchObject({ customersRead: 2, customersMatched: 1 });
});

test('a long list of customers is read to its end, each once, also where many are due at one moment', async () => {
  const world = await aWorld();
  await Promise.all(Array.from({ length: 250 }, (_, i) => world.customer(`many${i}`, [[1, 'View']])));
  const { coverage } = await world.report(funnel);
  expect(coverage).toMatchObject({ complete: true, customersRead: 250, touchpointsRead: 250 });
});

test('out of time or memory the report says that it is not whole, and why', async () => {
  const world = await aShop();
  world.hurry(1);
  expect(await world.report(funnel)).toMatchObject({
    status: 'done',
    coverage: { complete: false, stopped: 'time', customersRead: 0 },
  });
  world.hurry(15);
  world.fill();
  expect((await world.report(funnel)).coverage).toMatchObject({ complete: false, stopped: 'memory' });
});

test('the same request under one key is one report; another request under it is refused', async () => {
  const world = await aShop();
  const key = { 'idempotency-key': 'monday' };
  const { reportId } = await world.post(funnel, key);
  expect((await world.post(funnel, key)).reportId).toBe(reportId);
  await expect(world.post({ ...funnel, steps: ['View'] }, key)).rejects.toMatchObject({
    status: 409,
    code: 'idempotency-key.used',
  });
  expect((await world.post(funnel, key, 'other')).reportId).not.toBe(reportId);
  expect((await world.post(funnel)).reportId).not.toBe((await world.post(funnel)).reportId);
});

test('what the bus did not take is told when the same is sent again', async () => {
  const world = await aShop();
  const key = { 'idempotency-key': 'monday' };
  world.bus.down();
  await expect(world.post(funnel, key)).rejects.toMatchObject({ status: 503 });
  world.bus.up();
  const { reportId } = await world.post(funnel, key);
  await world.run(world.told[0]!);
  expect(await world.get(reportId)).toMatchObject({ status: 'done' });
});

test('a delivery again makes a report once; one that died in between is made from the start', async () => {
  const world = await aShop();
  const { reportId } = await world.post(funnel);
  const [event] = world.told;
  const place = { workspace: 'acme', reportId };
  await world.reports.begin(place, { by: 'first-delivery', now });
  await world.run(event!, 'second-delivery');
  expect(world.counts).toEqual([{ passed: 1 }]);
  await world.run(event!, 'first-delivery');
  await world.run(event!, 'first-delivery');
  expect(world.counts.slice(1)).toEqual([{ done: 1, customers: 10 }, { passed: 1 }]);
  expect((await world.get(reportId)).coverage!.customersRead).toBe(10);
});

test('a try that died shows as interrupted, and another may take over; the late one changes nothing', async () => {
  const world = await aShop();
  const { reportId } = await world.post(funnel);
  const place = { workspace: 'acme', reportId };
  await world.reports.begin(place, { by: 'dead', now });
  expect((await world.get(reportId)).status).toBe('running');
  world.passes('16m');
  expect((await world.get(reportId)).status).toBe('interrupted');
  await world.run(world.told[0]!, 'another');
  expect((await world.get(reportId)).status).toBe('done');
  expect(await world.reports.end(place, { by: 'dead', now }, { failure: 'late' })).toBe(false);
  expect((await world.get(reportId)).status).toBe('done');
});

test('reports are listed newest first, page by page, those of other workspaces never', async () => {
  const world = await aWorld();
  const asked: string[] = [];
  for (let i = 0; i < 5; i++) {
    asked.unshift((await world.post(funnel)).reportId);
    world.passes('1m');
  }
  interface Page {
    items: { reportId: string }[];
    nextCursor?: string;
  }
  const first = await world.ask<Page>('GET /v1/reports', { query: { limit: '3' } });
  const rest = await world.ask<Page>('GET /v1/reports', { query: { limit: '3', cursor: first.nextCursor! } });
  expect([...first.items, ...rest.items].map(({ reportId }) => reportId)).toEqual(asked);
  expect(rest.nextCursor).toBeUndefined();
  expect(await world.ask<Page>('GET /v1/reports', { workspace: 'other' })).toEqual({ items: [] });
  await expect(world.get(asked[0]!, 'other')).rejects.toMatchObject({ status: 404, code: 'report.unknown' });
});

const refused: [string, object][] = [
  ['an unknown kind', { kind: 'horoscope' }],
  ['no kind', {}],
  ['a word that no report knows', { ...funnel, colour: 'red' }],
  ['a time that ends before it begins', { ...funnel, from: now, to: start }],
  ['a time that is none', { ...funnel, from: 'yesterday' }],
  ['a day that is in no calendar', { ...funnel, from: '2026-02-30T00:00:00Z' }],
  ['a zone of the year 10000', { ...funnel, from: '9999-12-31T00:00:00Z', to: '9999-12-31T23:59:59-12:00' }],
  ['a hundred years', { ...funnel, from: '1926-01-01T00:00:00Z' }],
  ['a funnel without steps', { kind: 'funnel', steps: [] }],
  ['a predicate on a moment', { ...funnel, predicate: { not: { event: 'Buy' } } }],
  ['neither map nor plan', { kind: 'conformance' }],
  ['both map and plan', { kind: 'conformance', map: 'm', plan: { touchpoint: 'A' } }],
  [
    'a plan too wide',
    { kind: 'conformance', plan: { parallel: Array.from({ length: 11 }, () => ({ touchpoint: 'A' })) } },
  ],
  ['a tree nobody reads', { kind: 'paths', anchor: { touchpoint: 'A', depth: 10, top: 20 } }],
  ['ten years by week', { kind: 'retention', from: '2017-01-01T00:00:00Z' }],
  ['a silence longer than the time', { kind: 'contrast', silentFor: '400d' }],
];

test.each(refused)('%s is refused', (_, body) => {
  expect(() => readRequest({ from: start, to: now, ...body })).toThrow('report.invalid');
});

test('garbage is refused, however deep', () => {
  for (const body of [undefined, null, 7, 'funnel', [], [funnel]])
    expect(() => readRequest(body)).toThrow('report.invalid');
});

test('a segment or map of nobody, or of another workspace, is unknown', async () => {
  const world = await aWorld();
  await world.segments.save('other', { id: 'vip', predicate: { did: 'View' }, rev: 0 });
  await expect(world.post({ ...funnel, segment: 'vip' })).rejects.toMatchObject({ code: 'segment.unknown' });
  await expect(world.post({ kind: 'conformance', map: 'none' })).rejects.toMatchObject({ code: 'map.unknown' });
  for (const key of ['', 'k'.repeat(256)])
    await expect(world.post(funnel, { 'idempotency-key': key })).rejects.toMatchObject({ status: 400 });
});
