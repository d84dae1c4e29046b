import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { handleExperimentRoutes } from '#functions/report/experiments-api/handler.ts';
import { seeded } from '#lib/shared/random.ts';
import { type AssignAnswer } from '#lib/report/experiment/assign-request.ts';
import { pairedMomentsOf } from '#lib/statistics/inference/cuped.ts';
import { type ResultAnswer } from '#lib/report/experiment/result-request.ts';
import { type ScanAnswer } from '#lib/report/experiment/scan-request.ts';
import { type SizeAnswer } from '#lib/report/experiment/size-request.ts';
import { reportRoutes as described } from '#lib/report/report-routes.ts';

type What = 'size' | 'assign' | 'result' | 'sample-ratio';

async function ask<T>(what: What, body: unknown, workspace = 'acme'): Promise<T> {
  const route = `POST /v1/experiments/${what}`;
  const request = { workspace, params: {}, query: {}, headers: {}, body: () => body };
  const answer = (await handleExperimentRoutes[route]!(request)).body;
  expect(described[route]!.answer.parse(answer)).toEqual(answer);
  // What JSON cannot say would be lost on the way.
  expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  return answer as T;
}

const size = (more: object = {}) =>
  ask<SizeAnswer>('size', {
    metric: { kind: 'rate', baseline: 0.1, effect: 0.01 },
    method: { kind: 'fixed' },
    ...more,
  });

test('a size finds its effect with the power asked for, and takes so many days', async () => {
  // 14,749 an arm for 10 % against 11 %, α .05, power .8, unpooled: the textbook formula (Fleiss, Levin & Paik 2003, eq. 4.14).
  const { control, variant, customers, days, weeks } = await size({ perDay: 1_000 });
  expect(control).toBeGreaterThan(14_700);
  expect(control).toBeLessThan(14_800);
  expect({ variant, customers, days, weeks }).toEqual({ variant: control, customers: 2 * control, days: 30, weeks: 5 });
  expect((await size({ customers })).power).toBeCloseTo(0.8, 3);
});

test('looking early costs customers, several variants and uneven arms cost more', async () => {
  const { customers } = await size();
  for (const more of [
    { method: { kind: 'group-sequential', shape: 'pocock' } },
    { method: { kind: 'always-valid' } },
    { variants: 3 },
    { ratio: 0.2 },
  ])
    expect((await size(more)).customers).toBeGreaterThan(customers);
});

const arm = (customers: number, successes: number) => ({ customers, metrics: { order: { successes } } });
const plan = {
  id: 'welcome',
  arms: [{ id: 'control' }, { id: 'short' }],
  metric: { id: 'order', kind: 'rate' },
  method: { kind: 'fixed', size: 20_000 },
};
const result = (snapshot: object, more: object = {}) =>
  ask<ResultAnswer>('result', { plan: { ...plan, ...more }, snapshots: [snapshot] });

test('a result says what may be concluded, in words', async () => {
  const won = await result({ control: arm(10_000, 1_000), short: arm(10_000, 1_150) });
  expect(won).toMatchObject({ conclusion: 'winner', ship: 'short', variants: [{ direction: 'better', called: true }] });
  expect(won.text.en).toContain('better');
  const early = await result({ control: arm(1_000, 100), short: arm(1_000, 130) });
  expect(early).toMatchObject({ conclusion: 'collecting', progress: 0.1 });
  const broken = await result({ control: arm(10_000, 1_000), short: arm(9_000, 1_000) });
  expect(broken).toMatchObject({ conclusion: 'mismatch', sampleRatio: { mismatch: true } });
});

test('an interval without a bound is told as null', async () => {
  const { variants } = await result({ control: arm(0, 0), short: arm(0, 0) }, { method: { kind: 'always-valid' } });
  expect(variants[0]!.interval).toEqual([null, null]);
});

test('a size without a kind is judged at five looks, hard early', async () => {
  const snapshots = [1, 2].map((look) => ({
    control: arm(2_000 * look, 200 * look),
    short: arm(2_000 * look, 236 * look),
  }));
  const judged = (more: object) =>
    ask<ResultAnswer>('result', { plan: { ...plan, method: { size: 20_000, ...more } }, snapshots });
  const usual = await judged({});
  expect(usual).toEqual(await judged({ kind: 'group-sequential', looks: 5, shape: 'obrien-fleming' }));
  expect(usual.variants[0]).not.toHaveProperty('p');
  expect(await size({ method: { looks: 3 } })).toEqual(await size({ method: { kind: 'group-sequential', looks: 3 } }));
});

/** Amounts that were mostly foretold: what each customer spent before, and one more for some. */
function spent(effect: number, random: () => number) {
  const { y, x, products } = pairedMomentsOf(
    Array.from({ length: 1_000 }, () => {
      const before = 100 * random();
      return [before + effect + random(), before] as const;
    }),
  );
  return { customers: y.n, metrics: { spent: { ...y, before: { mean: x.mean, m2: x.m2, products } } } };
}

describe('what was known of customers before', () => {
  const random = seeded(3);
  const snapshot = { control: spent(0, random), short: spent(0.5, random) };
  const amounts = { ...plan, metric: { id: 'spent', kind: 'mean' }, method: { kind: 'fixed', size: 2_000 } };
  const judged = (one: object, more: object = {}) =>
    ask<ResultAnswer>('result', { plan: { ...amounts, ...more }, snapshots: [one] });

  test('is taken out, so that a small effect is found', async () => {
    const [variant] = (await judged(snapshot)).variants;
    expect(variant).toMatchObject({ called: true, direction: 'better' });
    expect(Math.abs(variant!.difference - 0.5)).toBeLessThan(0.1);
    const without = Object.entries(snapshot).map(([id, { customers, metrics }]) => {
      const { before: _, ...own } = metrics.spent;
      return [id, { customers, metrics: { spent: own } }] as const;
    });
    expect((await judged(Object.fromEntries(without))).conclusion).toBe('undecided');
  });

  test('is refused where it cannot be, or is known of one arm alone', async () => {
    const { control, short } = snapshot;
    const { before, ...bare } = short.metrics.spent;
    const arms = [
      { customers: 1_000, metrics: { spent: bare } },
      { customers: 1_000, metrics: { spent: { ...bare, before: { ...before, products: 2 * before.m2 + 1e9 } } } },
    ];
    for (const one of arms)
      await expect(judged({ control, short: one })).rejects.toMatchObject({ code: 'experiment.invalid' });
    const rate = { metric: { id: 'spent', kind: 'rate' } };
    await expect(judged(snapshot, rate)).rejects.toMatchObject({ code: 'experiment.invalid' });
  });
});

test('a customer is told the same arm on every visit, and another workspace its own', async () => {
  const customers = Array.from({ length: 200 }, (_, i) => `c${i}`);
  const asked = { experiment: 'welcome', arms: [{ id: 'control' }, { id: 'short', weight: 3 }], customers };
  const { assignments } = await ask<AssignAnswer>('assign', asked);
  const backwards = await ask<AssignAnswer>('assign', { ...asked, customers: customers.toReversed() });
  expect(backwards.assignments.toReversed()).toEqual(assignments);
  const short = assignments.filter(({ arm: id }) => id === 'short').length;
  expect(short).toBeGreaterThan(120);
  expect(short).toBeLessThan(180);
  expect(await ask('assign', asked, 'other')).not.toEqual({ assignments });
});

const splits = (broken: (i: number) => boolean) =>
  Array.from({ length: 200 }, (_, i) => ({
    id: `e${i}`,
    at: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(),
    arms: [
      { n: 5_000 + ((i * 37) % 60), weight: 1 },
      { n: broken(i) ? 4_000 : 5_000, weight: 1 },
    ],
  }));

test('a window in which splits were broken is found unprompted', async () => {
  const { mismatched, windows } = await ask<ScanAnswer>('sample-ratio', {
    experiments: splits((i) => i >= 50 && i < 60),
  });
  expect(mismatched).toHaveLength(10);
  expect(windows).toMatchObject([{ from: '2026-02-20T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z', mismatched: 10 }]);
  expect(await ask('sample-ratio', { experiments: splits(() => false) })).toEqual({ mismatched: [], windows: [] });
});

const garbage: [What, unknown][] = [
  ['size', {}],
  ['size', { metric: { kind: 'rate', baseline: 0.1, effect: 0 } }],
  ['size', { metric: { kind: 'rate', baseline: 0.1, effect: 0.95 } }],
  ['size', { metric: { kind: 'mean', deviation: 1, effect: 1e-12 } }],
  ['result', { plan, snapshots: [] }],
  ['result', { plan, snapshots: [{ another: arm(1, 1) }] }],
  ['result', { plan, snapshots: [{ control: arm(1, 2) }] }],
  ['result', { plan, snapshots: [{ control: { customers: 1, metrics: { revenue: { successes: 1 } } } }] }],
  ['result', { plan: { ...plan, arms: [{ id: 'a' }, { id: 'a' }] }, snapshots: [{ a: arm(1, 1) }] }],
  ['result', { plan, snapshots: [{ control: arm(9, 1) }, { control: arm(8, 1) }] }],
  ['result', { plan, snapshots: [{ control: arm(9, 1) }, { short: arm(9, 1) }] }],
  [
    'result',
    {
      plan: {
        ...plan,
        arms: [
          { id: 'control', weight: 0 },
          { id: 'short', weight: 0 },
        ],
      },
      snapshots: [{}],
    },
  ],
  ['result', { plan: { ...plan, method: { kind: 'always-valid', minimumEffect: 1e300 } }, snapshots: [{}] }],
  ['result', { plan: { ...plan, method: { kind: 'always-valid', size: 100 } }, snapshots: [{}] }],
  ['result', { plan: { ...plan, alpha: 1e-300 }, snapshots: [{}] }],
  ['size', { metric: { kind: 'rate', baseline: 0.1, effect: 0.01 }, perDay: 5e-324 }],
  ['assign', { experiment: 'e', arms: [{ id: 'a' }], customers: ['ada'] }],
  ['assign', { experiment: 'e', arms: plan.arms, customers: [] }],
  ['assign', { experiment: 'e', arms: plan.arms, customers: ['é'.repeat(600)] }],
  ['sample-ratio', { experiments: [] }],
  [
    'sample-ratio',
    {
      experiments: [
        {
          id: 'a',
          at: '9999-12-31T23:59:59-12:00',
          arms: [
            { n: 1, weight: 1 },
            { n: 1, weight: 1 },
          ],
        },
      ],
    },
  ],
  ['sample-ratio', { experiments: [{ id: 'a', at: 'today', arms: [] }] }],
];

test.each(garbage)('what %s cannot take is refused', async (what, body) => {
  await expect(ask(what, body)).rejects.toMatchObject({ status: 400, code: 'experiment.invalid' });
});

test('whatever is sent is answered or refused', async () => {
  const route = fc.constantFrom<What>('size', 'assign', 'result', 'sample-ratio');
  await fc.assert(
    fc.asyncProperty(route, fc.jsonValue(), async (what, body) => {
      await expect(ask(what, body)).rejects.toMatchObject({ status: 400 });
    }),
    { numRuns: 200 },
  );
});

test('an effect as large as can be takes a customer of each arm', async () => {
  expect(await size({ metric: { kind: 'mean', deviation: 1, effect: 1e15 } })).toMatchObject({
    control: 1,
    variant: 1,
  });
});

test('every size that is asked for in its bounds has an answer', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      fc.double({ min: 0.005, max: 0.09, noNaN: true }),
      fc.constantFrom('fixed', 'group-sequential', 'always-valid'),
      async (baseline, effect, kind) => {
        const { control, customers } = await size({ metric: { kind: 'rate', baseline, effect }, method: { kind } });
        expect(control).toBeGreaterThan(0);
        expect(customers).toBe(2 * control);
      },
    ),
    { numRuns: 30 },
  );
});
