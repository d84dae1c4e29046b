import { type Json } from '../../shared/json.ts';
import { type Instant } from '../../shared/time.ts';

/** A value and the event time it was set at. */
export interface DatedValue<T> {
  value: T;
  at: Instant;
}

/**
 * The value of the later event time; of one time, the one whose JSON text sorts last. Any fixed choice would do: it is what makes the
 * order of arrival irrelevant.
 */
export function lastWriteWins<T extends Json>(a: DatedValue<T>, b: DatedValue<T>): DatedValue<T> {
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return JSON.stringify(a.value) >= JSON.stringify(b.value) ? a : b;
}
