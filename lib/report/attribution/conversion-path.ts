/**
 * Customers with the same path: the touches in order, how many converted at its end, how many did
 * not, and the total value. Equal paths may be one row or many.
 */
export interface ConversionPath {
  touches: readonly string[];
  conversions: number;
  nulls: number;
  value?: number;
}

const isCount = (n: number): boolean => Number.isFinite(n) && n >= 0;

/** Returns the path with a valid value. Undefined if its counts are no counts. */
export function validPath<One extends ConversionPath>(way: One): (One & { value: number }) | undefined {
  const { conversions, nulls, value = 0 } = way;
  if (!isCount(conversions) || !isCount(nulls)) return undefined;
  return { ...way, value: Number.isFinite(value) ? value : 0 };
}

/**
 * The share of one touch in conversions and value. The shares of all touches sum to those of the
 * paths.
 */
export interface Credit {
  conversions: number;
  value: number;
}

/** Credits by touch. */
export type Credits = Map<string, Credit>;

/** Adds a credit to those of a touch. */
export function assignCredit(credits: Credits, touch: string, { conversions, value }: Credit): void {
  const credit = credits.get(touch);
  if (!credit) return void credits.set(touch, { conversions, value });
  credit.conversions += conversions;
  credit.value += value;
}
