/** When records of the table's stream are no longer retried. Milliseconds since the record was written. */
export interface StreamLimits {
  /** An unforeseen fault is put aside even if no other customer of its workspace shows that it is the customer's own. */
  unforeseenAfterMs: number;
  /** Functions put records aside by name. */
  asideAfterMs: number;
}

const hourMs = 3_600_000;

/**
 * A bad deployment is rolled back within the hour. The event source mapping gives up after `giveUpAfterHours`: two hours later than the
 * functions, which is more than their longest batch takes, and four before the stream forgets a record (24 h), so that
 * `npm run redrive` can still read which items a letter of the mapping means.
 */
export const streamLimits: StreamLimits = { unforeseenAfterMs: hourMs, asideAfterMs: 18 * hourMs };

export const giveUpAfterHours = 20;
