import * as z from 'zod';
import { ChurnRisk } from './churn-risk.ts';
import { CustomerRef } from './customer.ts';
import { Json } from '../shared/json.ts';
import { Instant } from '../shared/time.ts';
import { Predicate } from './predicate.ts';
import { ActiveEnrolment, OpenGoal, Wait } from './active-enrolment.ts';

/**
 * Days with a key event: the newest with the worth of each, earlier ones as a sum. Days are whole,
 * since 1970, UTC.
 */
export const KeyDays = z.object({
  /** Oldest first. */
  recent: z.array(z.object({ day: z.int(), worth: z.number() })).min(1),
  older: z.object({ days: z.int().min(1), first: z.int(), worth: z.number() }).optional(),
});
export type KeyDays = z.infer<typeof KeyDays>;

/** A value and its event time. The latest event wins, whatever the order of delivery. */
const Dated = <T extends z.ZodType>(value: T) => z.object({ value, at: Instant });

/** Number of touchpoints with one name, and the first and last time. */
export const EventTally = z.object({ n: z.int(), first: Instant, last: Instant });
export type EventTally = z.infer<typeof EventTally>;

/** The latest answer to each kind of survey. */
export const SurveyAnswersSchema = z
  .object({ nps: Dated(z.number()), ces: Dated(z.number()), csat: Dated(z.number()) })
  .partial();

/**
 * A decision that may still succeed. `on` is the success touchpoint, counted once until `until`.
 */
export const OpenDecision = z.object({
  placement: z.string(),
  offer: z.string(),
  stage: z.string(),
  at: Instant,
  exposed: z.boolean(),
  on: Predicate,
  until: Instant,
});
export type OpenDecision = z.infer<typeof OpenDecision>;

/**
 * The projection of a customer's touchpoints: one item, one read. All maps are bounded
 * (`lib/profile/facts/bounded-map.ts`), so the cost does not depend on the number of touchpoints.
 */
export const Profile = z.object({
  workspace: z.string(),
  customer: CustomerRef,
  firstSeen: Instant,
  lastSeen: Instant,
  traits: z.record(z.string(), Dated(Json)),
  counts: z.record(z.string(), EventTally),
  channels: z.record(z.string(), Instant),
  /** Counts of engagements, by channel, for each of the 24 hours of the customer's day. */
  hours: z.record(z.string(), z.array(z.int()).length(24)),
  purchases: z.object({ n: z.int(), revenue: z.number(), first: Instant.optional(), last: Instant.optional() }),
  /** Days with a key event of the workspace's churn definition. */
  keyDays: KeyDays.optional(),
  answers: SurveyAnswersSchema,
  consent: z.record(z.string(), Dated(z.boolean())),
  /**
   * `met` is the time of the latest touchpoint that matched a stage rule. Older ones do not move
   * the customer. Missing if none matched.
   */
  stage: z
    .object({
      id: z.string(),
      since: Instant,
      rule: z.string(),
      touchpoint: z.string().optional(),
      met: Instant.optional(),
    })
    .optional(),
  churn: ChurnRisk.optional(),
  /** The latest silence that was published. Each is published once. */
  silence: z.object({ since: Instant, told: z.array(z.string()) }).optional(),
  nextReview: Instant.optional(),
  journeys: z.record(z.string(), ActiveEnrolment),
  waits: z.record(z.string(), Wait),
  decisions: z.record(z.string(), OpenDecision),
  /** Keyed by `<enrolment>`, `<enrolment>/<step>` or `<enrolment>/<step>/<guardrail>`. */
  goals: z.record(z.string(), OpenGoal),
  /** Segments of the customer, with the time of joining. */
  segments: z.record(z.string(), Instant),
  /** Other identities whose history belongs to this customer. */
  linked: z.array(CustomerRef),
  /** Position folded through, by partition. Positions of another `stream` are meaningless. */
  folded: z.object({
    stream: z.string(),
    through: z.record(CustomerRef, z.string()),
    /**
     * Reasons by partition and position of records passed without folding, until the dead letter is
     * sent.
     */
    asides: z.record(CustomerRef, z.record(z.string(), z.string())).optional(),
    /**
     * Position up to which `npm run rebuild` counted all touchpoints, including those put aside.
     */
    rebuilt: z.record(CustomerRef, z.string()).optional(),
    /** The latest barrier passed. */
    barriers: z.record(CustomerRef, z.string()).optional(),
  }),
});
export type Profile = z.infer<typeof Profile>;

/** Returns the profile of a customer without touchpoints. */
export function newProfile(who: { workspace: string; customer: CustomerRef }, at: Instant): Profile {
  return {
    ...who,
    firstSeen: at,
    lastSeen: at,
    traits: {},
    counts: {},
    channels: {},
    hours: {},
    purchases: { n: 0, revenue: 0 },
    answers: {},
    consent: {},
    journeys: {},
    waits: {},
    decisions: {},
    goals: {},
    segments: {},
    linked: [],
    folded: { stream: '', through: {} },
  };
}
