import { expect, test } from 'vitest';
import { isLookDue } from '#lib/journey/insight/decide-running-experiment.ts';
import { type StatsIncrement } from '#lib/journey/insight/journey-stats-store.ts';
import { deterministicId } from '#lib/shared/ids.ts';

const event = (name: StatsIncrement['name'], id: string) => ({ name, detail: { id } }) as StatsIncrement; // a look reads these two

test.each([
  ['GoalReached', '0001', true],
  ['VariantAssigned', '0001', false],
  ['VariantAssigned', '0008', true],
  ['VariantAssigned', 'fff8', true],
  ['VariantAssigned', 'ffff', false],
] as const)('%s with the id %s', (name, id, isDue) => {
  expect(isLookDue(event(name, id.padEnd(32, '7')))).toBe(isDue);
});

test('about one assignment in eight is followed by a look', () => {
  const ids = Array.from({ length: 8_000 }, (_, n) => deterministicId('assigned', n));
  const looks = ids.filter((id) => isLookDue(event('VariantAssigned', id))).length;
  expect(looks).toBeGreaterThan(900);
  expect(looks).toBeLessThan(1_100);
});
