import fc from 'fast-check';
import { expect, test } from 'vitest';
import { presentExperiment, ResultAnswer, ResultRequest } from '#lib/report/experiment/result-request.ts';
import { answerScan, ScanAnswer, ScanRequest } from '#lib/report/experiment/scan-request.ts';
import { answerSize, SizeAnswer, SizeRequest } from '#lib/report/experiment/size-request.ts';

/** Names of the prototype among those of arms and metrics. */
const names = ['a', 'b', 'constructor', 'toString', 'hasOwnProperty'];

const count = fc.oneof(fc.constantFrom(0, 1, 2, 1e12), fc.nat(5_000));
const amount = fc.oneof(fc.constantFrom(0, -0, 5e-324, 1e15, -1e15), fc.double({ min: -1e6, max: 1e6, noNaN: true }));
const squares = fc.oneof(fc.constantFrom(0, 5e-324, 1e30), fc.double({ min: 0, max: 1e9, noNaN: true }));
const positive = fc.oneof(fc.constantFrom(5e-324, 1e-9, 1, 1e15), fc.double({ min: 1e-3, max: 1e6, noNaN: true }));

const kinds = fc.constantFrom<('rate' | 'mean')[]>('rate', 'mean');
const metric = (id: string) =>
  fc.record({ id: fc.constant(id), kind: kinds, better: fc.constantFrom('higher', 'lower') });

const method = fc.oneof(
  fc.record({ kind: fc.constant('fixed'), size: fc.integer({ min: 2, max: 20_000 }) }),
  fc.record({
    size: fc.oneof(fc.integer({ min: 2, max: 20_000 }), fc.constant(Number.MAX_SAFE_INTEGER)),
    looks: fc.integer({ min: 1, max: 12 }),
    shape: fc.constantFrom('pocock', 'obrien-fleming'),
  }),
  fc.record({ kind: fc.constant('always-valid'), minimumEffect: positive }, { requiredKeys: ['kind'] }),
);

const plan = fc.record({
  id: fc.constant('e'),
  arms: fc
    .array(
      fc.record({ id: fc.constantFrom(...names), weight: fc.oneof(fc.constantFrom(0, 1, 1e300, 1e-300), positive) }),
      {
        minLength: 2,
        maxLength: 5,
      },
    )
    .map((arms) => [...new Map(arms.map((arm) => [arm.id, arm])).values()])
    .filter((arms) => arms.length > 1 && arms.some(({ weight }) => weight > 0)),
  metric: metric('toString'),
  guardrails: fc.array(
    metric('constructor').chain((one) => positive.map((margin) => ({ ...one, margin }))),
    { maxLength: 1 },
  ),
  method,
  alpha: fc.oneof(fc.constantFrom(1e-6, 0.5), fc.double({ min: 1e-6, max: 0.5, noNaN: true })),
});

const moments = fc.record({ n: count, mean: amount, m2: squares });

/** Rates as rates, means as means, some arms and metrics missing; customers never fall. */
const request = plan.chain((one) => {
  const measured = [one.metric, ...one.guardrails];
  const arm = fc.record({
    customers: count,
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    seen: fc.array(moments, { minLength: 2, maxLength: 2 }),
    has: fc.boolean(),
  });
  const metricsOf = (customers: number, { share, seen, has }: { share: number; seen: object[]; has: boolean }) =>
    Object.fromEntries(
      measured.flatMap(({ id, kind }, i) =>
        has || i === 0 ? [[id, kind === 'rate' ? { successes: Math.floor(share * customers) } : seen[i]]] : [],
      ),
    );
  return fc.array(fc.array(arm, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 6 }).map((looks) => {
    const most = new Map<string, number>();
    const snapshots = looks.map((arms) =>
      Object.fromEntries(
        one.arms.map(({ id }, i) => {
          const own = arms[i]!;
          const customers = Math.max(most.get(id) ?? 0, own.customers);
          most.set(id, customers);
          return [id, { customers, metrics: metricsOf(customers, own) }];
        }),
      ),
    );
    return { plan: one, snapshots };
  });
});

/** What an answer is after its way over the wire; it throws where that is none. */
const received = <T>(schema: { parse: (value: unknown) => T }, answer: unknown): T =>
  schema.parse(JSON.parse(JSON.stringify(answer)));

test('every result that can be asked for is an answer: numbers where numbers belong, and words without gaps', () => {
  fc.assert(
    fc.property(request, (asked) => {
      const { variants, sampleRatio, text, ship, variant } = received(
        ResultAnswer,
        presentExperiment(ResultRequest.parse(asked)),
      );
      const arms = asked.plan.arms.map(({ id }) => id);
      expect(variants.map((one) => one.variant)).toEqual(arms.slice(1));
      for (const id of [ship, variant]) if (id !== undefined) expect(arms).toContain(id);
      for (const { interval, difference, p = 0 } of variants.flatMap((one) => [one, ...one.guardrails])) {
        const [low, high] = [interval[0] ?? -Infinity, interval[1] ?? Infinity];
        expect(low).toBeLessThanOrEqual(high);
        expect(Number.isFinite(difference)).toBe(true);
        expect([p >= 0, p <= 1]).toEqual([true, true]);
      }
      expect([sampleRatio.p >= 0, sampleRatio.p <= 1]).toEqual([true, true]);
      expect(`${text.en} ${text.ko}`).not.toMatch(/NaN|undefined|Infinity|null/);
    }),
    { numRuns: 400 },
  );
});

test('every size that can be asked for is an answer or is refused', () => {
  const metricOf = fc.oneof(
    fc.record({
      kind: fc.constant('rate'),
      baseline: fc.double({ min: 5e-324, max: 1 - 1e-9, noNaN: true }),
      effect: fc.double({ min: -1, max: 1, noNaN: true }),
    }),
    fc.record({
      kind: fc.constant('mean'),
      deviation: fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
      effect: fc.double({ noNaN: true }),
    }),
  );
  const asked = fc.record({
    metric: metricOf,
    method: fc.oneof(
      fc.constantFrom({ kind: 'fixed' }, { kind: 'always-valid' }, {}),
      fc.record({ looks: fc.integer({ min: 1, max: 9 }) }),
    ),
    variants: fc.integer({ min: 1, max: 19 }),
    ratio: fc.double({ min: 0.01, max: 100, noNaN: true }),
    alpha: fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
    power: fc.double({ min: 0.5, max: 0.999, noNaN: true }),
    perDay: fc.double({ min: 1e-3, max: 1e12, noNaN: true }),
  });
  const more = fc.record(
    { customers: fc.oneof(fc.constantFrom(2, 1e12), fc.integer({ min: 2, max: 1e9 })) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(asked, more, (one, other) => {
      const read = SizeRequest.safeParse({ ...one, ...other });
      if (!read.success) return;
      let answer: unknown;
      try {
        answer = answerSize(read.data);
      } catch (error) {
        expect(error).toMatchObject({ code: 'experiment.invalid' });
        return;
      }
      const { control, customers, power } = received(SizeAnswer, answer);
      expect([power >= 0, power <= 1 + 1e-9, customers > 0, control >= 0]).toEqual([true, true, true, true]);
    }),
    { numRuns: 300 },
  );
});

test('splits of any sizes, all of one moment, out of order or told twice, are looked through', () => {
  const one = fc.record({
    id: fc.constantFrom(...names),
    at: fc.constantFrom(
      '2026-01-01T00:00:00Z',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
      '2026-01-02T00:00:00+14:00',
    ),
    arms: fc
      .array(fc.record({ n: count, weight: fc.constantFrom(0, 1, 5e-324, 1e9) }), { minLength: 2, maxLength: 4 })
      .filter((arms) => arms.some(({ weight }) => weight > 0)),
  });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 60 }), (experiments) => {
      const found = received(ScanAnswer, answerScan(ScanRequest.parse({ experiments })));
      for (const id of found.mismatched) expect(names).toContain(id);
    }),
    { numRuns: 150 },
  );
});
