import * as z from 'zod';
import { Instant } from '../../shared/time.ts';

const Counts = z.record(z.string(), z.int());

/** Counts of one step. `visits` counts a customer once for each visit. */
export const SimulatedStep = z.object({
  stepId: z.string(),
  kind: z.string(),
  visits: z.int(),
  /** Visits by the step that followed. */
  next: Counts,
  /**
   * Enrolments that ended at this step, by outcome. One that ends during a wait counts at that
   * step.
   */
  ended: Counts,
  /** Enrolments still at this step at the end of the simulation. */
  open: z.int(),
  sent: z.int().optional(),
  /** Skipped messages by reason. */
  skipped: Counts.optional(),
  /** How often contact hours deferred a message. */
  deferred: z.int().optional(),
  transitions: z.int(),
  usd: z.number(),
});
export type SimulatedStep = z.infer<typeof SimulatedStep>;

const Quantiles = z.object({ p50: z.number(), p90: z.number() });

/**
 * What a journey did to simulated customers. Deterministic for the same request. If `complete` is
 * false, time was up: the figures cover `customers` and `days`, at least one of which is less than
 * `asked`.
 */
export const SimulationResult = z.object({
  complete: z.boolean(),
  stopped: z.literal('time').optional(),
  asked: z.object({ customers: z.int(), days: z.number() }).optional(),
  seed: z.int(),
  from: Instant,
  days: z.number(),
  customers: z.int(),
  /** Number of entry requests. The name is public. */
  knocks: z.int(),
  entered: z.int(),
  refused: Counts,
  outcomes: Counts,
  /** Enrolments that reached the goal, and quantiles of the time from entry, in hours. */
  goal: z.object({ reached: z.int(), share: z.number(), hours: Quantiles.optional() }).optional(),
  sends: z.object({ sent: z.int(), skipped: Counts }),
  /** By experiment step and variant: assigned enrolments and reached goals. */
  experiments: z.record(z.string(), z.record(z.string(), z.object({ entered: z.int(), reached: z.int() }))),
  steps: z.array(SimulatedStep),
  /** Executions open at the end of each day. A suspended enrolment has none. */
  open: z.array(z.int()),
  peakOpen: z.int(),
  transitions: z.int(),
  /**
   * By the price list, for all services, without free tier, in US dollars. `perMonth` assumes the
   * simulated rate of entries.
   */
  cost: z.object({ perThousandEntries: z.number(), perMonth: z.number(), pricesOf: z.string() }),
  warnings: z.array(z.string()),
});
export type SimulationResult = z.infer<typeof SimulationResult>;
