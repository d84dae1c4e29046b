import * as z from 'zod';
import { msBetween, durationMs, Instant } from '../../shared/time.ts';
import { JourneyDraft } from '../definition/journey-definition.ts';
import { Population } from './customers/population.ts';

/** Most customers and days of one call: a request has 20 seconds, and is answered with fewer customers where they do not suffice. `npm run simulate` takes more. */
const most = { customers: 5_000, days: 365, replayed: 500, replayedDays: 366 };

/** Simulated days and the dates that steps wait for stay within the years that an instant can name. */
const [epoch, latestStart] = ['1970-01-01T00:00:00.000Z', '9000-01-01T00:00:00.000Z'] as const;

/** Which version: a published one by its number, the draft, a definition sent along, or where nothing is named the draft, else the newest. */
const Which = {
  version: z.int().min(1).optional(),
  definition: JourneyDraft.optional(),
};

/** What a simulation is asked for. Without `replay` customers are made up, by `population`. */
export const SimulateBody = z.strictObject({
  ...Which,
  customers: z.int().min(1).max(most.customers).default(1_000),
  days: z.int().min(1).max(most.days).default(90),
  seed: z.int().min(0).default(1),
  /** The first day's midnight, UTC; today's where nothing is said. */
  from: Instant.refine((at) => at >= epoch && at < latestStart, 'from 1970 to 8999').optional(),
  population: Population.optional(),
  /** What customers really did in this time, instead of made-up ones: at most so many of them. */
  replay: z
    .strictObject({ from: Instant, to: Instant, customers: z.int().min(1).max(most.replayed).default(200) })
    .refine(({ from, to }) => from < to, 'from lies before to')
    .refine(
      ({ from, to }) => msBetween(from, to) <= durationMs(`${most.replayedDays}d`),
      `at most ${most.replayedDays} days`,
    )
    .optional(),
});
export type SimulateBody = z.infer<typeof SimulateBody>;
