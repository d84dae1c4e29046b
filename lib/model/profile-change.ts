import * as z from 'zod';
import { ChurnRisk, RiskBand } from './churn-risk.ts';
import { CustomerRef } from './customer.ts';
import { JsonObject } from '../shared/json.ts';
import { StageTransition } from './stage.ts';
import { Instant } from '../shared/time.ts';

/** The part of a touchpoint that travels with what it caused. */
export const Cause = z.object({ messageId: z.string(), name: z.string(), at: Instant, properties: JsonObject });
export type Cause = z.infer<typeof Cause>;

export const TouchpointRef = z.object({ messageId: z.string(), name: z.string() });

/** Whose goal it is. */
export const goalFields = {
  enrolmentId: z.string(),
  journeyId: z.string(),
  version: z.int(),
  stepId: z.string().optional(),
  variant: z.string().optional(),
  guardrail: z.string().optional(),
};

/**
 * What one write of a profile means to others. It is stored with that write and read off the stream by `relay`, so it can be neither
 * lost nor told without having happened. What it says makes its id, so telling it twice is harmless, and the same history tells the same
 * under the same ids, in however many writes it was folded.
 */
export const ProfileChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stage'), transition: StageTransition }),
  /** `segments` are those the linked identity was listed in by itself. */
  z.object({
    type: z.literal('identified'),
    linked: CustomerRef,
    at: Instant,
    segments: z.array(z.string()).optional(),
  }),
  z.object({ type: z.literal('triggered'), journeyId: z.string(), cause: Cause }),
  /** `way`: which of several predicates was met, the first has 0. */
  z.object({ type: z.literal('woken'), waitId: z.string(), cause: Cause, way: z.int().optional() }),
  /** A message shown inside the app was seen. */
  z.object({ type: z.literal('seen'), messageId: z.string(), at: Instant }),
  z.object({ type: z.literal('exited'), enrolmentId: z.string(), cause: Cause }),
  z.object({ type: z.literal('churn'), from: RiskBand.optional(), risk: ChurnRisk }),
  z.object({ type: z.literal('silent'), for: z.string(), since: Instant }),
  z.object({ type: z.literal('exposed'), decisionId: z.string(), at: Instant }),
  z.object({ type: z.literal('outcome'), decisionId: z.string(), cause: Cause }),
  /** Belongs to a segment from now on: by a touchpoint, by a review, or `filled`, as the segment is new or was changed. */
  z.object({
    type: z.literal('joined'),
    segment: z.string(),
    zone: z.string(),
    at: Instant,
    touchpoint: TouchpointRef.optional(),
    filled: z.boolean().optional(),
  }),
  z.object({ type: z.literal('left'), segment: z.string(), at: Instant, filled: z.boolean().optional() }),
  /** Lives in another zone: where the segments list their members by. */
  z.object({ type: z.literal('moved'), segments: z.array(z.string()), zone: z.string() }),
  /** When a date of the customer's lets it into a journey; without `due` it no longer does. */
  z.object({ type: z.literal('dated'), journeyId: z.string(), trigger: z.string(), due: Instant.optional() }),
  /** A goal of a journey, or of an experiment's variant in it, was reached; with `guardrail` what must not happen did. */
  z.object({ type: z.literal('goal'), ...goalFields, cause: Cause }),
  /** An experiment gave the customer a variant; `holdout` is the one without any. */
  z.object({
    type: z.literal('assigned'),
    ...{ enrolmentId: z.string(), journeyId: z.string(), version: z.int(), stepId: z.string(), variant: z.string() },
    at: Instant,
  }),
]);
export type ProfileChange = z.infer<typeof ProfileChange>;
