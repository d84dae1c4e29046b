import * as z from 'zod';
import { ActiveEnrolment, Wait } from '../../model/active-enrolment.ts';
import { Predicate } from '../../model/predicate.ts';
import { Profile } from '../../model/profile.ts';
import { Json } from '../../shared/json.ts';
import { type Instant, instantAt } from '../../shared/time.ts';
import { PackedRisk } from './risk-codec.ts';

/**
 * Times before 1970 are read as 1970. An older version folded them where a source's `sentAt` was
 * made up.
 */
export const readInstant = (ms: number): Instant => instantAt(Math.max(0, ms));

/**
 * Milliseconds since first seen, in base 36: 6 characters, where an instant takes 26 with its
 * quotes.
 */
const Time = z.string().regex(/^-?[0-9a-z]+$/);
export type Time = z.infer<typeof Time>;

const Dated = <T extends z.ZodType>(value: T) => z.tuple([value, Time]);

/**
 * A profile as stored. DynamoDB bills by the KB, and only touchpoints are written more often, so an
 * ordinary profile must fit 1 KB. Names are short, times relative, and empty fields and those in
 * the item's key are omitted.
 */
export const PackedProfile = z.object({
  /** First seen, milliseconds since 1970 in base 36. */
  f: Time,
  /** Last seen. */
  l: Time,
  /** Traits. */
  t: z.record(z.string(), Dated(Json)).optional(),
  /** Touchpoints by name: count, first, and last if different. */
  n: z.record(z.string(), z.union([z.tuple([z.int(), Time]), z.tuple([z.int(), Time, Time])])).optional(),
  /** Channels. */
  c: z.record(z.string(), Time).optional(),
  /** Hours by channel, if there are any. */
  u: z.record(z.string(), z.string()).optional(),
  /** Purchases: count, revenue, first, last. */
  p: z.tuple([z.int(), z.number(), Time, Time]).optional(),
  /** Days with a key event. */
  b: z.string().optional(),
  /** Answers. */
  a: z
    .object({ nps: Dated(z.number()), ces: Dated(z.number()), csat: Dated(z.number()) })
    .partial()
    .optional(),
  /** Consent. */
  o: z.record(z.string(), Dated(z.boolean())).optional(),
  /** Linked identities. */
  k: Profile.shape.linked.optional(),
  /**
   * Stream, and position folded through by partition. The customer's own partition has the empty
   * name.
   */
  g: z.tuple([z.string(), z.record(z.string(), z.string())]).optional(),
  /** Reasons of records put aside, rebuilt positions and barriers, if there are any. */
  x: Profile.shape.folded.pick({ asides: true, rebuilt: true, barriers: true }).optional(),
  /** Active enrolments. */
  j: z.record(z.string(), ActiveEnrolment).optional(),
  /** Waits. */
  w: z.record(z.string(), Wait).optional(),
  /** Decisions: placement, offer, stage, at, until, exposed, success predicate. */
  d: z
    .record(z.string(), z.tuple([z.string(), z.string(), z.string(), Time, Time, z.literal([0, 1]), Predicate]))
    .optional(),
  /**
   * Goals: enrolment, journey, version, since, until, predicate, and step, variant, guardrail if
   * present.
   */
  y: z
    .record(
      z.string(),
      z.tuple([z.string(), z.string(), z.int(), Time, Time, Predicate, z.string(), z.string(), z.string()]),
    )
    .optional(),
  /** Segments: since. */
  m: z.record(z.string(), Time).optional(),
  /**
   * Stage: id, since, met, touchpoint, and rule if it differs from the stage's. Empty if missing.
   */
  s: z.tuple([z.string(), Time, z.union([Time, z.literal('')]), z.string(), z.string()]).optional(),
  /** Churn risk. */
  h: PackedRisk.optional(),
  /** Silence. */
  q: z
    .object({ since: z.string().transform((at) => readInstant(Date.parse(at))), told: z.array(z.string()) })
    .optional(),
  /** Next review. */
  r: Profile.shape.nextReview,
});
export type PackedProfile = z.infer<typeof PackedProfile>;

/** Writes a time of a profile. */
export type WriteTime = (at: Instant) => Time;

/** Reads a time of a profile. */
export type ReadTime = (time: Time) => Instant;

/** Returns the codec of the times of a profile first seen at `first`, ms. */
export function timesSince(first: number): { write: WriteTime; read: ReadTime } {
  return {
    write: (at) => (Date.parse(at) - first).toString(36),
    read: (time) => readInstant(first + parseInt(time, 36)),
  };
}
