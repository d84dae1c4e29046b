import * as z from 'zod';

const ExpectedWorst = z.object({ expected: z.number(), worst: z.number() });

/**
 * Forecast of a journey before its first entry. `expected` takes branches by weight or evenly, and
 * waits as half answered. `worst` takes the longest path, all loops to their limit, and contact
 * hours before each message. Neither has failures or pauses. A simulation is more exact.
 */
export const JourneyForecast = z.object({
  /** State transitions of one entry. */
  transitions: ExpectedWorst,
  /** Days with an open execution for one entry. Suspended waits have none. */
  openDays: ExpectedWorst,
  /**
   * Open executions at `entriesPerDay`, the account's limit, and the entries a day that reach it.
   */
  open: z.object({
    entriesPerDay: z.number(),
    expected: z.number(),
    worst: z.number(),
    limit: z.number(),
    entriesPerDayAtLimit: z.number(),
  }),
  /**
   * US dollars for 1,000 entries, all services, by step. `stay` is the cost of entry and end.
   * `unpriced` lists channels priced by country, which are left out.
   */
  usdPerThousand: z.object({
    total: z.number(),
    stay: z.number(),
    steps: z.record(z.string(), z.number()),
    unpriced: z.array(z.string()),
    pricesOf: z.string(),
  }),
});
export type JourneyForecast = z.infer<typeof JourneyForecast>;
