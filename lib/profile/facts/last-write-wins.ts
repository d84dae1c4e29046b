import { type Json } from '../../shared/json.ts';
import { type Instant } from '../../shared/time.ts';

/** A value and its event time. */
export interface DatedValue<T> {
  value: T;
  at: Instant;
}

/**
 * Returns the value of the later event time. At equal times the greater JSON text wins: any fixed
 * rule makes the result independent of the order.
 */
export function lastWriteWins<T extends Json>(a: DatedValue<T>, b: DatedValue<T>): DatedValue<T> {
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return JSON.stringify(a.value) >= JSON.stringify(b.value) ? a : b;
}
