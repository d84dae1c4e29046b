import { hourMs } from '../../shared/time.ts';

/** When records of the table's stream are no longer retried, ms since the record was written. */
export interface StreamLimits {
  /**
   * An unforeseen fault is put aside from here on, even if no other customer of its workspace shows
   * that this customer causes it.
   */
  unforeseenAfterMs: number;
  /** Functions put every failing record aside from here on. */
  asideAfterMs: number;
}

/**
 * A bad deployment is rolled back within an hour. Functions put records aside two hours before the
 * event source mapping gives up, which is more than their longest batch. That is four hours before
 * the stream drops a record (24 h), so `npm run redrive` can read the items of a mapping's letter.
 */
export const streamLimits: StreamLimits = { unforeseenAfterMs: hourMs, asideAfterMs: 18 * hourMs };

/** Hours after which the event source mapping gives up on a record. */
export const giveUpAfterHours = 20;
