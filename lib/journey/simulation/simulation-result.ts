import * as z from 'zod';
import { Instant } from '../../shared/time.ts';

const Counts = z.record(z.string(), z.int());

/** One step: who came, where they went, where the way ended, what was sent or not and why. People count once a visit. */
export const SimulatedStep = z.object({
  stepId: z.string(),
  kind: z.string(),
  visits: z.int(),
  /** Visits by the step they went on to. */
  next: Counts,
  /** Enrolments that ended here, by outcome. Those that ended in mid-wait have dropped off. */
  ended: Counts,
  /** Still here when the time was over. */
  open: z.int(),
  sent: z.int().optional(),
  /** Messages that were not sent, by reason. */
  skipped: Counts.optional(),
  /** How often contact hours put a message off. */
  deferred: z.int().optional(),
  transitions: z.int(),
  usd: z.number(),
});
export type SimulatedStep = z.infer<typeof SimulatedStep>;

const Quantiles = z.object({ p50: z.number(), p90: z.number() });

/**
 * What a journey did to simulated customers. The same for the same definition, population, seed, start, customers and days. `complete` false:
 * time was up, and the figures are of `customers` and `days`, which are fewer than were `asked` for.
 */
export const SimulationResult = z.object({
  complete: z.boolean(),
  stopped: z.literal('time').optional(),
  asked: z.object({ customers: z.int(), days: z.number() }).optional(),
  seed: z.int(),
  from: Instant,
  days: z.number(),
  customers: z.int(),
  /** How often somebody came to the door. */
  knocks: z.int(),
  entered: z.int(),
  refused: Counts,
  outcomes: Counts,
  /** Who reached the goal, and how long it took from entry. Hours. */
  goal: z.object({ reached: z.int(), share: z.number(), hours: Quantiles.optional() }).optional(),
  sends: z.object({ sent: z.int(), skipped: Counts }),
  /** By experiment step: entries and goals of each variant. */
  experiments: z.record(z.string(), z.record(z.string(), z.object({ entered: z.int(), reached: z.int() }))),
  steps: z.array(SimulatedStep),
  /** Executions open at the end of each day; parked people take up none. */
  open: z.array(z.int()),
  peakOpen: z.int(),
  transitions: z.int(),
  /** By the price list, all services, no free tier. `perMonth` at the rate of entries simulated. US dollars. */
  cost: z.object({ perThousandEntries: z.number(), perMonth: z.number(), pricesOf: z.string() }),
  warnings: z.array(z.string()),
});
export type SimulationResult = z.infer<typeof SimulationResult>;
