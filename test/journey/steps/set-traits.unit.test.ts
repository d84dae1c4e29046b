import { expect, test } from 'vitest';
import { StepCall } from '#lib/journey/execution/step-call.ts';
import { withStepTraits } from '#lib/journey/steps/update-profile/set-traits.ts';
import { addMs } from '#lib/shared/time.ts';
import { aCall, aProfile, dated, start } from '../journey-examples.ts';

const call = StepCall.parse(aCall({ kind: 'updateProfile', traits: { plan: 'gold' }, next: 'Done' }));

test.each([
  ['unknown before', {}, 'gold'],
  ['set before the step', dated({ plan: 'pro' }, addMs(start, -1)), 'gold'],
  ['set at the entry of the step', dated({ plan: 'pro' }), 'pro'],
  ['set after the entry of the step', dated({ plan: 'pro' }, addMs(start, 1)), 'pro'],
])('a trait that was %s', (_, traits: ReturnType<typeof dated>, plan) => {
  expect(withStepTraits(aProfile({ traits }), call).traits.plan?.value).toBe(plan);
});

test('a trait named like a method of objects is set', () => {
  const step = StepCall.parse(aCall({ kind: 'updateProfile', traits: { toString: 'gold' }, next: 'Done' }));
  expect(Object.entries(withStepTraits(aProfile({ traits: {} }), step).traits)).toEqual([
    ['toString', { value: 'gold', at: start }],
  ]);
});
