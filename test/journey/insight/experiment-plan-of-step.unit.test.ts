import { expect, test } from 'vitest';
import { Step, type StepOf } from '#lib/journey/definition/step.ts';
import { planOfStep } from '#lib/journey/insight/experiment-plan-of-step.ts';
import { concludeExperiment } from '#lib/report/experiment/conclude-experiment.ts';
import { rateOf } from '#lib/statistics/inference/moments.ts';

function stepWith(changes: object = {}): StepOf<'experiment'> {
  const step = Step.parse({
    kind: 'experiment',
    label: { en: 'Subject line', ko: '제목' },
    salt: 's',
    variants: [
      { id: 'short', weight: 1, next: 'a' },
      { id: 'long', weight: 1, next: 'b' },
    ],
    goal: { event: 'Order Completed' },
    window: '7d',
    guardrails: [{ name: 'unsubscribed', event: { event: 'Unsubscribed' } }],
    ...changes,
  });
  if (step.kind !== 'experiment') throw new Error('not an experiment');
  return step;
}

test('the holdout is the control, and without one the first variant', () => {
  const held = stepWith({ holdout: { weight: 0.5, next: 'c' } });
  expect(planOfStep('j#s', held).arms.map(({ id }) => id)).toEqual(['holdout', 'short', 'long']);
  expect(planOfStep('j#s', stepWith()).arms.map(({ id }) => id)).toEqual(['short', 'long']);
});

test('a planned number of customers is a fixed horizon; else it may be looked at whenever one likes', () => {
  const fixed = stepWith({ winner: { mode: 'fixed', customers: 5_000 } });
  expect(planOfStep('j#s', fixed).method).toEqual({ kind: 'fixed', size: 5_000 });
  expect(planOfStep('j#s', stepWith()).method).toEqual({ kind: 'always-valid' });
});

test('it finds a winner without being told what effect to look for', () => {
  const arm = (goals: number) => ({
    customers: 10_000,
    metrics: { goal: rateOf(goals, 10_000), unsubscribed: rateOf(500, 10_000) },
  });
  const plan = planOfStep('j#s', stepWith());
  expect(concludeExperiment({ ...plan, guardrails: [] }, [{ short: arm(1_000), long: arm(1_250) }]).ship).toBe('long');
  const result = concludeExperiment(plan, [{ short: arm(1_000), long: arm(1_250) }]);
  expect(result.variants[0]?.guardrails[0]).toMatchObject({ metric: 'unsubscribed', state: 'unclear', difference: 0 });
});

test('what no result could tell apart is refused: guard rails of one name or called as the goal, and more arms than are judged', () => {
  const rail = (name: string) => ({ name, event: { event: 'Unsubscribed' } });
  const many = Array.from({ length: 20 }, (_, i) => ({ id: `v${i}`, weight: 1, next: 'a' }));
  for (const changes of [{ guardrails: [rail('goal')] }, { guardrails: [rail('a'), rail('a')] }, { variants: many }])
    expect(() => stepWith(changes)).toThrow();
  const most = stepWith({ variants: many.slice(1), holdout: { weight: 1, next: 'c' } });
  expect(planOfStep('j#s', most).arms).toHaveLength(20);
});
