import { type Touchpoint } from '../../model/touchpoint.ts';
import { type Json } from '../../shared/json.ts';
import { minInstant, maxInstant } from '../../shared/time.ts';
import { type Profile } from '../../model/profile.ts';

export type Purchases = Profile['purchases'];

/**
 * Money is added in whole ten-thousandths, the finest minor unit in use. Sums are exact, so their
 * order does not matter.
 */
const units = 10_000;

/** Limit of an amount in any currency. A greater one is a mistake, and sums up to it are exact. */
const maxAmount = 1e11;

/**
 * Parses an amount of money: a number, or its text. Zero, negative or absurd amounts count as 0.
 */
function amount(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  // −0 would be read back as 0.
  return number <= 0 || number > maxAmount ? 0 : Math.round(number * units) / units;
}

/** Returns the worth of a purchase: Segment's `revenue`, else `total`, else `value`, else 0. */
export function worthOf({ properties }: Pick<Touchpoint, 'properties'>): number {
  return amount(properties.revenue) ?? amount(properties.total) ?? amount(properties.value) ?? 0;
}

/** Adds the purchases of two histories. Commutative. */
export function mergePurchases(a: Purchases, b: Purchases): Purchases {
  if (a.n === 0 || b.n === 0) return a.n === 0 ? b : a;
  const sum = Math.round(a.revenue * units) + Math.round(b.revenue * units);
  return {
    n: a.n + b.n,
    revenue: Math.min(sum / units, maxAmount),
    ...(a.first !== undefined && b.first !== undefined && { first: minInstant(a.first, b.first) }),
    ...(a.last !== undefined && b.last !== undefined && { last: maxInstant(a.last, b.last) }),
  };
}
