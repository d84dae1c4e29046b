/**
 * Customers who took the same way: the touches in order, how many of them converted at its end, how many did not, and what the conversions
 * were worth together. Equal ways may come in one row or in many.
 */
export interface ConversionPath {
  touches: readonly string[];
  conversions: number;
  nulls: number;
  value?: number;
}

const isCount = (n: number): boolean => Number.isFinite(n) && n >= 0;

/** The way where its counts are counts, with what it is worth where that is a number; undefined of one that tells nothing. */
export function validPath<One extends ConversionPath>(way: One): (One & { value: number }) | undefined {
  const { conversions, nulls, value = 0 } = way;
  if (!isCount(conversions) || !isCount(nulls)) return undefined;
  return { ...way, value: Number.isFinite(value) ? value : 0 };
}

/** What one touch is given: conversions and value. Over all touches they sum to those of the ways. */
export interface Credit {
  conversions: number;
  value: number;
}

export type Credits = Map<string, Credit>;

export function assignCredit(credits: Credits, touch: string, { conversions, value }: Credit): void {
  const credit = credits.get(touch);
  if (!credit) return void credits.set(touch, { conversions, value });
  credit.conversions += conversions;
  credit.value += value;
}
