import * as z from 'zod';
import { ChurnRisk, RiskBand } from './churn-risk.ts';
import { CustomerRef } from './customer.ts';
import { JsonObject } from '../shared/json.ts';
import { StageTransition } from './stage.ts';
import { Instant } from '../shared/time.ts';

/** The part of a touchpoint that its effects carry. */
export const Cause = z.object({ messageId: z.string(), name: z.string(), at: Instant, properties: JsonObject });
export type Cause = z.infer<typeof Cause>;

/** Reference to the touchpoint that caused a change. */
export const TouchpointRef = z.object({ messageId: z.string(), name: z.string() });

/** The enrolment, step and variant of a goal. */
export const goalFields = {
  enrolmentId: z.string(),
  journeyId: z.string(),
  version: z.int(),
  stepId: z.string().optional(),
  variant: z.string().optional(),
  guardrail: z.string().optional(),
};

/**
 * A change caused by one write of a profile. It is stored with that write, and `relay` reads it
 * from the stream, so it is neither lost nor published without the write. Its content makes the
 * event's id, so a redelivery and a different batching of the same history publish the same ids.
 */
export const ProfileChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stage'), transition: StageTransition }),
  /** `segments`: those in which the linked identity itself was a member. */
  z.object({
    type: z.literal('identified'),
    linked: CustomerRef,
    at: Instant,
    segments: z.array(z.string()).optional(),
  }),
  z.object({ type: z.literal('triggered'), journeyId: z.string(), cause: Cause }),
  /** `way`: index of the matched predicate; the first has 0. */
  z.object({ type: z.literal('woken'), waitId: z.string(), cause: Cause, way: z.int().optional() }),
  /** An in-app message was seen. */
  z.object({ type: z.literal('seen'), messageId: z.string(), at: Instant }),
  z.object({ type: z.literal('exited'), enrolmentId: z.string(), cause: Cause }),
  z.object({ type: z.literal('churn'), from: RiskBand.optional(), risk: ChurnRisk }),
  z.object({ type: z.literal('silent'), for: z.string(), since: Instant }),
  z.object({ type: z.literal('exposed'), decisionId: z.string(), at: Instant }),
  z.object({ type: z.literal('outcome'), decisionId: z.string(), cause: Cause }),
  /**
   * The customer joined a segment: by a touchpoint, by a review, or `filled` because the segment
   * changed.
   */
  z.object({
    type: z.literal('joined'),
    segment: z.string(),
    zone: z.string(),
    at: Instant,
    touchpoint: TouchpointRef.optional(),
    filled: z.boolean().optional(),
  }),
  z.object({ type: z.literal('left'), segment: z.string(), at: Instant, filled: z.boolean().optional() }),
  /** The customer's time zone changed, under which segments list their members. */
  z.object({ type: z.literal('moved'), segments: z.array(z.string()), zone: z.string() }),
  /** When a date of the customer triggers a journey. Without `due` it no longer does. */
  z.object({ type: z.literal('dated'), journeyId: z.string(), trigger: z.string(), due: Instant.optional() }),
  /** A goal of a journey or a variant was reached. With `guardrail` it is the outcome to avoid. */
  z.object({ type: z.literal('goal'), ...goalFields, cause: Cause }),
  /** An experiment assigned a variant. `holdout` is the one without treatment. */
  z.object({
    type: z.literal('assigned'),
    ...{ enrolmentId: z.string(), journeyId: z.string(), version: z.int(), stepId: z.string(), variant: z.string() },
    at: Instant,
  }),
]);
export type ProfileChange = z.infer<typeof ProfileChange>;
