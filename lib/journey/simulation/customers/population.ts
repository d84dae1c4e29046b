import * as z from 'zod';
import { SendChannel } from '../../../model/workspace.ts';

const Share = z.number().min(0).max(1);

/** Zones and their shares of customers: spread over the day so that quiet hours and clock changes on both hemispheres take part. */
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
 * Who the simulated customers are. All defaults are round assumptions, stated here to be replaced by what a team knows of its own customers;
 * nothing is fitted to anything.
 */
export const Population = z.strictObject({
  /** They enter evenly over so many of the first days; undefined: over all. */
  arriveWithinDays: z.number().positive().optional(),
  /** Zone → share of customers; the empty name stands for no known zone. */
  zones: z.record(z.string(), Share).default(someZones),
  /** Share of customers who can be reached on a channel at all. */
  reach: z
    .partialRecord(SendChannel, Share)
    .default({ email: 0.95, sms: 0.6, push: 0.4, whatsapp: 0.3, 'in-app': 1, webhook: 1, slack: 1 }),
  /** Share who want no marketing. */
  refuses: Share.default(0.1),
  /**
   * How often a month an average customer does each thing that the definition waits for, of their own accord; 0.5 for what is not named.
   * Customers differ as in the gamma-Poisson model of buying (Ehrenberg 1959), with shape 1.
   */
  perMonth: z.record(z.string(), z.number().min(0)).default({}),
  /** Chance that a message on a channel leads to something the journey waits for, within hours (exponential, ten on average). */
  responds: z
    .partialRecord(SendChannel, Share)
    .default({ email: 0.12, sms: 0.15, push: 0.08, whatsapp: 0.2, 'in-app': 0.1, webhook: 0, slack: 0 }),
  /** Share of customers of whom a condition on a trait, a feature or an answer holds. */
  holds: Share.default(0.5),
  /** Share of people's tasks that are answered in time, each answer as often as any other, after a day on average. */
  answers: Share.default(0.8),
});
export type Population = z.infer<typeof Population>;
