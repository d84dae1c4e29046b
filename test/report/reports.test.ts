import { expect, test } from 'vitest';
import { reportRoutes as described } from '../../lib/report/openapi.ts';
import { ReportView } from '../../lib/report/report.ts';
import { readRequest, type ReportAnswer } from '../../lib/report/run/request.ts';
import { aWorld, now, on, start, type World } from './world.ts';

const funnel = { kind: 'funnel', steps: ['View', 'Buy'] };

async function found<Kind extends ReportAnswer['kind']>(
  world: World,
  body: { kind: Kind } & Record<string, unknown>,
): Promise<Extract<ReportAnswer, { kind: Kind }>> {
  const view = await world.report(body);
  expect(view).toMatchObject({ status: 'done', coverage: { complete: true } });
  expect(ReportView.parse(view)).toEqual(view);
  return view.result!.answer as Extract<ReportAnswer, { kind: Kind }>;
}

/** Ten see it; four of them buy, two of these within a day, and one comes back in another month. */
async function aShop(): Promise<World> {
  const world = await aWorld();
  for (let i = 0; i < 10; i++)
    await world.customer(`c${i}`, [
      [i, 'View', { channel: i % 2 === 0 ? 'ads' : 'email' }],
      ...(i < 4
        ? [[i + (i < 2 ? 0.5 : 9), 'Buy', { properties: { order: { total: 10 } } }] as [number, string, object]]
        : []),
      ...(i === 0 ? [[60, 'View'] as [number, string]] : []),
    ]);
  return world;
}

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

test('a window and a time leave out what lies outside', async () => {
  const world = await aShop();
  const within = await found(world, { kind: 'funnel', steps: ['View', 'Buy'], window: '1d' });
  expect(within.steps.map(({ customers }) => customers)).toEqual([10, 2]);
  const early = await found(world, { kind: 'funnel', steps: ['View', 'Buy'], to: on(2) });
  expect(early.steps.map(({ customers }) => customers)).toEqual([2, 2]);
});

test('paths tell variants, pairs, repeats, and a tree around a touchpoint', async () => {
  const world = await aShop();
  const paths = await found(world, { kind: 'paths', anchor: { touchpoint: 'View' } });
  expect(paths).toMatchObject({
    paths: 10,
    variants: {
      distinct: 3,
      top: [{ names: ['View'], paths: 6 }, { names: ['View', 'Buy'], paths: 3 }, { names: ['View', 'Buy', 'View'] }],
    },
    follows: {
      edges: [
        { from: 'View', to: 'Buy', count: 4 },
        { from: 'Buy', to: 'View' },
      ],
    },
    rework: [{ name: 'View', later: { count: 1 } }],
    branches: { name: 'View', paths: 10, ended: 6, next: [{ name: 'Buy', paths: 4 }] },
  });
  expect(await found(world, { kind: 'paths', gap: '30d' })).toMatchObject({ paths: 11 });
  const only = await found(world, { kind: 'paths', touchpoints: { only: ['Buy'] } });
  expect(only).toMatchObject({ paths: 4, variants: { distinct: 1 } });
});

test('conformance compares with a planned map, and says which', async () => {
  const world = await aShop();
  const plan = { sequence: [{ touchpoint: 'View' }, { touchpoint: 'Buy' }] };
  const label = { en: 'Buying', ko: '구매' };
  await world.maps.save('acme', { map: { id: 'buying', label, plan }, rev: 0, savedAt: start });
  const view = await world.report({ kind: 'conformance', map: 'buying' });
  expect(view.result).toMatchObject({
    map: { id: 'buying', etag: '"1"' },
    answer: {
      paths: 10,
      variants: 3,
      fitting: 0.3,
      deviations: [
        { kind: 'skipped', name: 'Buy', customers: 6, place: 'sequence[1]' },
        { kind: 'extra', name: 'View', customers: 1 },
      ],
      frequent: [{ names: ['View'], paths: 6 }, {}, {}],
    },
  });
  expect(await found(world, { kind: 'conformance', plan })).toMatchObject({ paths: 10, fitting: 0.3 });
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

test('retention counts who joined in the time, by months of the workspace’s own clocks', async () => {
  const world = await aWorld();
  await world.customer('joins', [
    [0, 'View'],
    [40, 'View'],
  ]);
  // Ten at night in UTC is the next month already in Seoul.
  await world.customer('joins-in-february', [[30.9, 'View']]);
  await world.customer(
    'was-here-before',
    [
      [0, 'View'],
      [40, 'View'],
    ],
    { firstSeen: on(-10) },
  );
  const { cohorts } = await found(world, { kind: 'retention', unit: 'month', to: on(58) });
  expect(cohorts).toEqual([
    { from: '2025-12-31T15:00:00.000Z', customers: 1, active: [1, 1], retention: [1, 1] },
    { from: '2026-01-31T15:00:00.000Z', customers: 1, active: [1], retention: [1] },
  ]);
});

test('survival ends lives by an event or by silence, and compares groups', async () => {
  const world = await aWorld();
  const plan = (value: string) => ({ traits: { plan: { value, at: start } } });
  for (let i = 0; i < 6; i++) {
    await world.customer(
      `free${i}`,
      [
        [0, 'Joined'],
        [10 + i, 'Cancelled'],
      ],
      plan('free'),
    );
    await world.customer(
      `paid${i}`,
      [
        [0, 'Joined'],
        [100, 'Used'],
      ],
      plan('paid'),
    );
  }
  const byEvent = await found(world, { kind: 'survival', ends: { event: 'Cancelled' }, by: { trait: 'plan' } });
  const byGroup = Object.fromEntries(byEvent.curves.map((curve) => [curve.group, curve]));
  expect(byGroup.free).toMatchObject({ customers: 6, ended: 6, medianDays: 12 });
  expect(byGroup.paid).toMatchObject({ customers: 6, ended: 0, points: [{ days: 181, atRisk: 6, survival: 1 }] });
  expect(byEvent.logRank!.p).toBeLessThan(0.01);
  const silent = await found(world, { kind: 'survival', ends: { silentFor: '90d' } });
  // Six fell silent after day 10 to 15; six were silent for ninety days before they came back on day 100.
  expect(silent.curves).toMatchObject([{ group: '', customers: 12, ended: 12 }]);
  expect(silent.curves[0]!.points.map(({ days }) => days)).toEqual([90, 100, 101, 102, 103, 104, 105]);
});

test('attribution deals out conversions and their worth by every model', async () => {
  const world = await aShop();
  const answer = await found(world, { kind: 'attribution', conversion: 'Buy', worth: 'order.total' });
  expect(answer).toMatchObject({ conversions: 4, value: 40, ways: 11 });
  const sums = Object.fromEntries(
    (['first', 'last', 'linear', 'position', 'time-decay', 'markov'] as const).map((model) => [
      model,
      answer.touches.reduce((sum, { credits }) => sum + credits[model].value, 0),
    ]),
  );
  for (const sum of Object.values(sums)) expect(sum).toBeCloseTo(40, 9);
  expect(answer.touches.find(({ touch }) => touch === 'ads')!.credits.first).toEqual({ conversions: 2, value: 20 });
});

test('contrast takes what customers did before their fate was decided', async () => {
  const world = await aWorld();
  for (let i = 0; i < 8; i++) {
    await world.customer(`left${i}`, [[1, 'Complained']]);
    await world.customer(`stayed${i}`, [
      [1, 'Praised'],
      [170, 'Used'],
    ]);
  }
  const answer = await found(world, { kind: 'contrast', silentFor: '60d' });
  expect(answer).toMatchObject({ decidedFrom: on(121), customers: { churned: 8, retained: 8 } });
  expect(answer.patterns.map(({ pattern }) => pattern)).toEqual(expect.arrayContaining([['Complained'], ['Praised']]));
  expect(answer.patterns.find(({ pattern }) => pattern[0] === 'Complained')!.oddsRatio).toBeGreaterThan(100);
});

test('stages tell moves in the time, and where customers stand whose moves lie before it', async () => {
  const world = await aWorld();
  await world.customer('early', [[0, 'View']]);
  await world.moved('early', 0, { to: 'awareness' });
  await world.customer('moving', [[0, 'View']]);
  await world.moved('moving', 1, { to: 'awareness' });
  await world.moved('moving', 31, { from: 'awareness', to: 'decision' });
  const { moves, stages } = await found(world, { kind: 'stages', from: on(10) });
  expect(moves).toEqual([{ from: 'awareness', to: 'decision', count: 1, customers: 1 }]);
  expect(stages).toMatchObject([
    { id: 'awareness', entered: { count: 0 }, left: 1, standing: 1, stay: { medianMs: 30 * 86_400_000 } },
    { id: 'decision', entered: { count: 1 }, left: 0, standing: 1 },
  ]);
});

test('a report is of a segment, and of whoever meets a predicate', async () => {
  const world = await aWorld();
  const vip = { segments: { vip: start } };
  for (const id of ['a', 'b']) {
    await world.customer(id, [[0, 'View']], { ...vip, traits: { plan: { value: id, at: start } } });
    await world.directory.list({ workspace: 'acme', customer: `u:${id}` }, 'vip', 'UTC');
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

test('identities that were linked are one customer, and clocks that were wrong are put right', async () => {
  const world = await aWorld();
  await world.customer('ada', [[1, 'Buy']], { linked: ['u:device'] });
  await world.customer('device', [[2, 'View', { skew: -1.5 * 86_400 }]], { nextReview: undefined } as object);
  const { steps } = await found(world, { kind: 'funnel', steps: ['View', 'Buy'], to: on(1.5) });
  expect(steps.map(({ customers }) => customers)).toEqual([1, 1]);
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

test('a workspace without customers has reports, of nobody', async () => {
  const world = await aWorld();
  const bodies = [
    funnel,
    { kind: 'paths', anchor: { touchpoint: 'View' } },
    { kind: 'conformance', plan: { touchpoint: 'A' } },
    { kind: 'retention' },
    { kind: 'survival', ends: { event: 'Cancelled' }, by: 'channel' },
    { kind: 'attribution', conversion: 'Buy' },
    { kind: 'contrast', silentFor: '30d' },
    { kind: 'stages' },
  ];
  for (const body of bodies) expect(await world.report(body)).toMatchObject({ status: 'done' });
});
