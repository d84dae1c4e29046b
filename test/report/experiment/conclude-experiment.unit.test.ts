import { describe, expect, test } from 'vitest';
import { armOf } from '#lib/report/experiment/assign-arm.ts';
import { type Snapshot } from '#lib/report/experiment/judge-metric.ts';
import { ExperimentPlan } from '#lib/report/experiment/experiment-plan.ts';
import { concludeExperiment } from '#lib/report/experiment/conclude-experiment.ts';
import { rateOf } from '#lib/statistics/inference/moments.ts';

const planWith = (changes: object = {}) =>
  ExperimentPlan.parse({
    id: 'banner',
    arms: [{ id: 'control' }, { id: 'short' }],
    metric: { id: 'bought', kind: 'rate' },
    method: { kind: 'fixed', size: 20_000 },
    ...changes,
  });

/** Customers of an arm, how many of them bought, and how many complained. */
const arm = (customers: number, bought: number, complained = 0) => ({
  customers,
  metrics: { bought: rateOf(bought, customers), complained: rateOf(complained, customers) },
});

const conclude = (plan: ExperimentPlan, ...snapshots: Snapshot[]) => concludeExperiment(plan, snapshots);

const winning: Snapshot = { control: arm(10_000, 1_000), short: arm(10_000, 1_200) };

describe('a fixed horizon', () => {
  test('concludes nothing before its size, however large the difference', () => {
    const early = { control: arm(1_000, 100), short: arm(1_000, 300) };
    expect(conclude(planWith(), early)).toMatchObject({ conclusion: 'collecting', progress: 0.1 });
  });

  test('ships a variant that is better', () => {
    const { conclusion, ship, text } = conclude(planWith(), winning);
    expect([conclusion, ship]).toEqual(['winner', 'short']);
    expect(text.en).toBe(
      '"short" is better on "bought" by +2 %p (+1.13 to +2.87 points), and no guard-rail suffers. Give it to everyone.',
    );
    expect(text.ko).toContain('전체에 적용하세요');
  });

  test('keeps the control where nothing was found, and where the variant is worse', () => {
    const same = { control: arm(10_000, 1_000), short: arm(10_000, 1_010) };
    expect(conclude(planWith(), same)).toMatchObject({ conclusion: 'undecided', ship: 'control' });
    const metric = { id: 'bought', kind: 'rate', better: 'lower' };
    expect(conclude(planWith({ metric }), winning)).toMatchObject({ conclusion: 'worse', ship: 'control' });
  });

  test('asks more of each of several variants', () => {
    const arms = ['control', 'short', 'a', 'b', 'c'].map((id) => ({ id }));
    const same = arm(10_000, 1_000);
    const two = { control: same, short: arm(10_000, 1_090) };
    expect(conclude(planWith(), two).conclusion).toBe('winner');
    const five = { ...two, a: same, b: same, c: same };
    expect(conclude(planWith({ arms, method: { kind: 'fixed', size: 50_000 } }), five).conclusion).toBe('undecided');
  });
});

describe('the split', () => {
  test('that is not the planned one forbids every conclusion', () => {
    const torn = { control: arm(10_500, 1_000), short: arm(9_500, 1_300) };
    const result = conclude(planWith(), torn);
    expect(result).toMatchObject({ conclusion: 'mismatch', sampleRatio: { mismatch: true } });
    expect(result.ship).toBeUndefined();
  });

  test('may be uneven by plan', () => {
    const arms = [
      { id: 'control', weight: 3 },
      { id: 'short', weight: 1 },
    ];
    const uneven = { control: arm(15_000, 1_500), short: arm(5_000, 650) };
    expect(conclude(planWith({ arms }), uneven).conclusion).toBe('winner');
  });
});

describe('guard-rails', () => {
  const guardrails = [{ id: 'complained', kind: 'rate', better: 'lower', margin: 0.01 }];
  const plan = planWith({ guardrails });
  const complaints = (control: number, short: number): Snapshot => ({
    control: arm(10_000, 1_000, control),
    short: arm(10_000, 1_200, short),
  });

  test.each([
    ['safe', [100, 105], { conclusion: 'winner', ship: 'short' }],
    ['harmed', [100, 400], { conclusion: 'unsafe', ship: 'control' }],
    ['unclear', [1_000, 1_070], { conclusion: 'unproven' }],
  ] as const)('%s', (state, [control, short], expected) => {
    const result = conclude(plan, complaints(control, short));
    expect(result).toMatchObject(expected);
    expect(result.variants[0]?.guardrails[0]?.state).toBe(state);
  });

  test('that stand in the way are named', () => {
    expect(conclude(plan, complaints(100, 400)).text.en).toContain('but "complained" got worse');
  });
});

describe('looking on the way', () => {
  const method = { kind: 'group-sequential', size: 20_000, looks: 4 };
  const at = (customers: number, control: number, short: number) => ({
    control: arm(customers, control),
    short: arm(customers, short),
  });

  test('a planned look stops early only for what is overwhelming', () => {
    expect(conclude(planWith({ method }), at(2_500, 250, 300)).conclusion).toBe('collecting'); // z = 2.3 of 4.05
    expect(conclude(planWith({ method }), at(2_500, 250, 400))).toMatchObject({ conclusion: 'winner', progress: 0.25 });
  });

  test('what a look has called stays called', () => {
    const looks = [at(2_500, 250, 400), at(5_000, 600, 610)];
    expect(conclude(planWith({ method }), ...looks).conclusion).toBe('winner');
  });

  test('always-valid looks when it likes, keeps its smallest p, and has no end', () => {
    const always = planWith({ method: { kind: 'always-valid', minimumEffect: 0.01 } });
    const [early, late] = [at(5_000, 500, 640), at(5_100, 560, 640)];
    expect(conclude(always, early)).toMatchObject({ conclusion: 'winner', progress: 0 });
    expect(conclude(always, early, late).variants[0]?.p).toBe(conclude(always, early).variants[0]?.p);
    expect(conclude(always, at(90_000, 9_000, 9_050)).conclusion).toBe('collecting');
  });

  test('nothing yet is no conclusion', () => {
    for (const kind of [{ kind: 'fixed', size: 10 }, method, { kind: 'always-valid', minimumEffect: 0.01 }]) {
      expect(conclude(planWith({ method: kind })).conclusion).toBe('collecting');
      expect(conclude(planWith({ method: kind }), {}).text.en).toContain('not known yet');
    }
  });
});

test('a customer keeps its arm, and arms fill by weight', () => {
  const plan = {
    id: 'banner',
    arms: [
      { id: 'control', weight: 9 },
      { id: 'short', weight: 1 },
      { id: 'closed', weight: 0 },
    ],
  };
  const arms = Array.from({ length: 5_000 }, (_, i) => armOf(plan, { workspace: 'w', customer: `u:${i}` }));
  expect(arms).toEqual(arms.map((_, i) => armOf(plan, { workspace: 'w', customer: `u:${i}` })));
  const short = arms.filter((id) => id === 'short').length;
  expect(short).toBeGreaterThan(420);
  expect(short).toBeLessThan(580);
  expect(arms).not.toContain('closed');
});
