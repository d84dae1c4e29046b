import { expect, test } from 'vitest';
import { aShop, aWorld, found, on, start } from './report-world.ts';

const funnel = { kind: 'funnel', steps: ['View', 'Buy'] };

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

test('a worth beyond measure counts as the most there is, so that sums are numbers', async () => {
  const world = await aWorld();
  for (const [i, total] of [1e308, 1e308, -1e308, 'x'].entries())
    await world.customer(`c${i}`, [
      [1, 'View'],
      [2, 'Buy', { properties: { total } }],
    ]);
  expect(await found(world, { kind: 'attribution', conversion: 'Buy', worth: 'total' })).toMatchObject({ value: 1e12 });
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
  // What the others did afterwards is why they count as retained; it explains nothing.
  expect(answer.patterns.flatMap(({ pattern }) => pattern).sort()).toEqual(['Complained', 'Praised']);
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

test('identities that were linked are one customer, and clocks that were wrong are put right', async () => {
  const world = await aWorld();
  await world.customer('ada', [[1, 'Buy']], { linked: ['u:device'] });
  await world.customer('device', [[2, 'View', { skew: -1.5 * 86_400 }]], { nextReview: undefined });
  const { steps } = await found(world, { kind: 'funnel', steps: ['View', 'Buy'], to: on(1.5) });
  expect(steps.map(({ customers }) => customers)).toEqual([1, 1]);
});

test('a correction of thousands of years that an older version stored is none', async () => {
  const world = await aWorld();
  await world.customer('ada', [
    [1, 'View', { skew: -251_600_000_000 }],
    [2, 'Buy'],
  ]);
  const { steps } = await found(world, { kind: 'funnel', steps: ['View', 'Buy'], to: on(3) });
  expect(steps.map(({ customers }) => customers)).toEqual([1, 1]);
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
