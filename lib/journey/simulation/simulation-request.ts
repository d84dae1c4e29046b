import * as z from 'zod';
import { msBetween, durationMs, Instant } from '../../shared/time.ts';
import { JourneyDraft } from '../definition/journey-definition.ts';
import { Population } from './customers/population.ts';

/**
 * Limits of one request. It has 20 seconds, and is answered for fewer customers if they do not
 * suffice. `npm run simulate` takes more.
 */
const limits = { customers: 5_000, days: 365, replayed: 500, replayedDays: 366 };

/**
 * Limits of `from`: simulated days and the dates that steps wait for stay within the years that an
 * instant can have.
 */
const [epoch, latestStart] = ['1970-01-01T00:00:00.000Z', '9000-01-01T00:00:00.000Z'] as const;

/**
 * The version to simulate: a published one by its number, or the definition of the request. Without
 * either it is the draft, else the newest version.
 */
const VersionChoice = {
  version: z.int().min(1).optional(),
  definition: JourneyDraft.optional(),
};

/** A request for a simulation. Without `replay` customers are drawn from `population`. */
export const SimulateBody = z.strictObject({
  ...VersionChoice,
  customers: z.int().min(1).max(limits.customers).default(1_000),
  days: z.int().min(1).max(limits.days).default(90),
  seed: z.int().min(0).default(1),
  /** Midnight of the first day, UTC. Default: today. */
  from: Instant.refine((at) => at >= epoch && at < latestStart, 'from 1970 to 8999').optional(),
  population: Population.optional(),
  /** Replays what customers did in this period, at most that many of them. */
  replay: z
    .strictObject({ from: Instant, to: Instant, customers: z.int().min(1).max(limits.replayed).default(200) })
    .refine(({ from, to }) => from < to, 'from lies before to')
    .refine(
      ({ from, to }) => msBetween(from, to) <= durationMs(`${limits.replayedDays}d`),
      `at most ${limits.replayedDays} days`,
    )
    .optional(),
});
export type SimulateBody = z.infer<typeof SimulateBody>;
