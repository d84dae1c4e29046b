import { type CustomerPath } from '#lib/report/paths/customer-path.ts';
import { lettersOf } from '../../map/plan-examples.ts';

/** A path of touchpoints named by one letter each, a second apart. */
export function aPath(letters: string, customer = 'Kim'): CustomerPath {
  return { customer, steps: lettersOf(letters).map((name, i) => ({ name, at: i * 1_000 })) };
}
