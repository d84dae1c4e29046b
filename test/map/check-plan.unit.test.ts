import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkPlan } from '../../lib/map/check-plan.ts';
import { type Plan, PlannedMap } from '../../lib/map/planned-map.ts';
import { issuesOf } from '../../lib/shared/http/issues.ts';
import { aPlan, inOrder, lettersOf, t, walks } from './plan-examples.ts';

const nested = (levels: number): Plan => (levels === 0 ? t('a') : { sequence: [t('b'), nested(levels - 1)] });

test('a plan of every operator has no fault', () => {
  const plan: Plan = {
    sequence: [
      t('Signed Up'),
      { choice: [t('Trial Started'), t('Demo Requested')] },
      { parallel: [t('Activated'), { optional: t('Invite Sent') }] },
      { loop: t('Order Completed'), again: { optional: t('Product Reviewed') } },
    ],
  };
  expect(checkPlan(plan)).toEqual([]);
});

const faulty: [string, Plan, [code: string, place: string]][] = [
  ['more levels than people read', nested(12), ['too-deep', `${'sequence[1].'.repeat(11)}sequence[1]`]],
  [
    'more touchpoints than people read',
    { loop: { sequence: [inOrder('a'.repeat(100)), inOrder('b'.repeat(101))] } },
    ['too-large', ''],
  ],
  [
    'eleven parts side by side',
    { sequence: [t('x'), { parallel: lettersOf('abcdefghijk').map(t) }] },
    ['too-wide', 'sequence[1]'],
  ],
  ['a plan that nothing follows', { optional: t('a') }, ['empty', '']],
  ['a round that may be nothing', { sequence: [t('a'), { loop: { optional: t('b') } }] }, ['empty', 'sequence[1]']],
  ['a choice of one', { sequence: [t('a'), { choice: [t('b')] }] }, ['one-part', 'sequence[1]']],
  [
    'optional inside optional',
    { sequence: [t('a'), { optional: { optional: t('b') } }] },
    ['twice-optional', 'sequence[1]'],
  ],
  ['parts of a choice that begin alike', { choice: [inOrder('ab'), inOrder('ac')] }, ['ambiguous', 'choice[1]']],
];

test.each(faulty)('%s is told with its place', (_, plan, fault) => {
  expect(checkPlan(plan).map(({ code, place }) => [code, place])).toContainEqual(fault);
});

test('nothing at all follows a plan exactly when the check says so', () =>
  fc.assert(
    fc.property(aPlan, (plan) => {
      const told = checkPlan(plan).some(({ code, place }) => code === 'empty' && place === '');
      expect(told).toBe(walks(plan, 0).has('') || ('loop' in plan && walks(plan.loop, 0).has('')));
    }),
  ));

test('a planned map is read from JSON, and a misspelt operator is told by its place', () => {
  const label = { en: 'Trial', ko: '체험' };
  const map = {
    id: 'trial',
    label,
    plan: { sequence: [{ touchpoint: 'Signed Up', label }, { optional: t('Invite Sent') }] },
  };
  expect(PlannedMap.parse(JSON.parse(JSON.stringify(map)))).toEqual(map);
  const read = PlannedMap.safeParse({ ...map, plan: { sequence: [t('a'), { optionally: t('b') }] } });
  expect(issuesOf(read.error!)[0]?.path).toContain('plan.sequence[1]');
});
