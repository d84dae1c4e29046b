import * as z from 'zod';
import { SendChannel } from '#lib/model/workspace.ts';

const Share = z.number().min(0).max(1);

/**
 * Time zones and their shares. Spread over the day, so that quiet hours and clock changes of both
 * hemispheres take part.
 */
const someZones = {
  'America/Los_Angeles': 0.1,
  'America/New_York': 0.2,
  'America/Sao_Paulo': 0.08,
  'Europe/London': 0.12,
  'Europe/Berlin': 0.2,
  'Asia/Seoul': 0.15,
  'Australia/Sydney': 0.1,
  '': 0.05,
};

/**
 * Properties of simulated customers. The defaults are round assumptions and not fitted to data. A
 * team should replace them by its own figures.
 */
export const Population = z.strictObject({
  /** Entries are spread evenly over this number of days from the start. Default: all days. */
  arriveWithinDays: z.number().positive().optional(),
  /** Share of customers by time zone. The empty name means no known zone. */
  zones: z.record(z.string(), Share).default(someZones),
  /** Share of customers with an address, by channel. */
  reach: z
    .partialRecord(SendChannel, Share)
    .default({ email: 0.95, sms: 0.6, push: 0.4, whatsapp: 0.3, 'in-app': 1, webhook: 1, slack: 1 }),
  /** Share of customers who refuse marketing. */
  refuses: Share.default(0.1),
  /**
   * Touchpoints per month of an average customer, by name, for those that the definition waits for.
   * Default 0.5. Customers differ as in the gamma-Poisson model of buying (Ehrenberg 1959), with
   * shape 1.
   */
  perMonth: z.record(z.string(), z.number().min(0)).default({}),
  /**
   * Probability that a message leads to a touchpoint that the journey waits for. The delay is
   * exponential, 10 hours on average.
   */
  responds: z
    .partialRecord(SendChannel, Share)
    .default({ email: 0.12, sms: 0.15, push: 0.08, whatsapp: 0.2, 'in-app': 0.1, webhook: 0, slack: 0 }),
  /** Share of customers for whom a condition on a trait holds. */
  holds: Share.default(0.5),
  /**
   * Share of human tasks that are answered. Answers are equally likely, and come after a day on
   * average.
   */
  answers: Share.default(0.8),
});
export type Population = z.infer<typeof Population>;
