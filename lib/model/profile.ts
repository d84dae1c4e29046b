import * as z from 'zod';
import { ChurnRisk } from './churn-risk.ts';
import { CustomerRef } from './customer.ts';
import { Json } from '../shared/json.ts';
import { Instant } from '../shared/time.ts';
import { Predicate } from './predicate.ts';
import { ActiveEnrolment, OpenGoal, Wait } from './active-enrolment.ts';

/**
 * Days with a key event, as a profile keeps them: the newest each with what its events are worth, those before in sum. Days are whole ones
 * since 1970, UTC.
 */
export const KeyDays = z.object({
  /** Oldest first. */
  recent: z.array(z.object({ day: z.int(), worth: z.number() })).min(1),
  older: z.object({ days: z.int().min(1), first: z.int(), worth: z.number() }).optional(),
});
export type KeyDays = z.infer<typeof KeyDays>;

/** A value and the event time it was set at: the latest event wins, whatever order they arrive in. */
const Dated = <T extends z.ZodType>(value: T) => z.object({ value, at: Instant });

export const EventTally = z.object({ n: z.int(), first: Instant, last: Instant });
export type EventTally = z.infer<typeof EventTally>;

export const SurveyAnswersSchema = z
  .object({ nps: Dated(z.number()), ces: Dated(z.number()), csat: Dated(z.number()) })
  .partial();

/** An offer shown to the customer that may still succeed: `on` is the success touchpoint, counted once until `until`. */
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
 * One customer as the touchpoints so far tell it: one item, one read. All maps are bounded (`lib/profile/facts/bounded-map.ts`), so a customer
 * with 100,000 touchpoints costs what one with ten costs.
 */
export const Profile = z.object({
  workspace: z.string(),
  customer: CustomerRef,
  firstSeen: Instant,
  lastSeen: Instant,
  traits: z.record(z.string(), Dated(Json)),
  counts: z.record(z.string(), EventTally),
  channels: z.record(z.string(), Instant),
  /** How often the customer acted by their own will, by channel, in each of 24 hours of their day. */
  hours: z.record(z.string(), z.array(z.int()).length(24)),
  purchases: z.object({ n: z.int(), revenue: z.number(), first: Instant.optional(), last: Instant.optional() }),
  /** Days with a key event of the workspace's definition of churn. */
  keyDays: KeyDays.optional(),
  answers: SurveyAnswersSchema,
  consent: z.record(z.string(), Dated(z.boolean())),
  /** `met` is the time of the latest touchpoint that met a stage's rule: older ones no longer move the customer. None yet: no `met`. */
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
  /** The latest silence that was told to the bus: told once per silence. */
  silence: z.object({ since: Instant, told: z.array(z.string()) }).optional(),
  nextReview: Instant.optional(),
  journeys: z.record(z.string(), ActiveEnrolment),
  waits: z.record(z.string(), Wait),
  decisions: z.record(z.string(), OpenDecision),
  /** By `<enrolment>`, `<enrolment>/<step>` or `<enrolment>/<step>/<guardrail>`. */
  goals: z.record(z.string(), OpenGoal),
  /** Segments the customer belongs to, and since when. */
  segments: z.record(z.string(), Instant),
  /** Other identities whose history is part of this customer's timeline. */
  linked: z.array(CustomerRef),
  /** Stream position folded through, per partition the touchpoints came from. Positions of another `stream` mean nothing. */
  folded: z.object({
    stream: z.string(),
    through: z.record(CustomerRef, z.string()),
    /** Reasons by partition and position that was passed without folding, until its dead letter is known to be sent. */
    asides: z.record(CustomerRef, z.record(z.string(), z.string())).optional(),
    /** Through which position `npm run rebuild` has counted all touchpoints, those put aside included. */
    rebuilt: z.record(CustomerRef, z.string()).optional(),
    /** The latest barrier passed. */
    barriers: z.record(CustomerRef, z.string()).optional(),
  }),
});
export type Profile = z.infer<typeof Profile>;

/** A customer nothing is known of yet. */
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
