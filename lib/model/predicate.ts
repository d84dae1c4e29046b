import * as z from 'zod';
import { Duration } from '../shared/time.ts';

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/**
 * A test of a value: equality, or all tests of the object. Numbers compare with numbers only, dates
 * as ISO strings.
 */
export const Condition = z.union([
  Scalar,
  z
    .strictObject({
      eq: Scalar,
      ne: Scalar,
      gt: z.union([z.number(), z.string()]),
      gte: z.union([z.number(), z.string()]),
      lt: z.union([z.number(), z.string()]),
      lte: z.union([z.number(), z.string()]),
      in: z.array(Scalar).min(1),
      contains: Scalar,
      startsWith: z.string(),
      exists: z.boolean(),
    })
    .partial()
    .refine((tests) => Object.keys(tests).length > 0, 'at least one test'),
]);
export type Condition = z.infer<typeof Condition>;

const Names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

const Where = z.record(z.string(), Condition);

/**
 * The predicate language of segments, stage rules, journeys and offers. It reads a profile and the
 * current touchpoint, if there is one, and never the table. `where` and `trait` take dotted paths.
 */
export type Predicate =
  | { all: Predicate[] }
  | { any: Predicate[] }
  | { not: Predicate }
  | { trait: string; is: Condition }
  /** Matches the current touchpoint. False without one. */
  | { event: string | string[]; where?: Record<string, Condition> | undefined }
  /** Matches past touchpoints: their count, and whether the latest is within a time. */
  | {
      did: string | string[];
      atLeast?: number | undefined;
      atMost?: number | undefined;
      within?: Duration | undefined;
    }
  /** No touchpoint of any kind for this long. */
  | { silentFor: Duration }
  | { stage: string[] }
  /** Member of any of these segments, as of the latest touchpoint or review. */
  | { segment: string[] }
  | { churn: string[] }
  | { feature: 'purchases' | 'revenue' | 'averageOrder'; is: Condition }
  | { answer: 'nps' | 'ces' | 'csat'; is: Condition }
  /** The channel of the current touchpoint, or any that the customer has used. */
  | { channel: string[] }
  | { consents: string };

export const Predicate: z.ZodType<Predicate> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(Predicate) }),
    z.strictObject({ any: z.array(Predicate) }),
    z.strictObject({ not: Predicate }),
    z.strictObject({ trait: z.string().min(1), is: Condition }),
    z.strictObject({ event: Names, where: Where.optional() }),
    z.strictObject({
      did: Names,
      atLeast: z.int().min(0).optional(),
      atMost: z.int().min(0).optional(),
      within: Duration.optional(),
    }),
    z.strictObject({ silentFor: Duration }),
    z.strictObject({ stage: z.array(z.string()).min(1) }),
    z.strictObject({ segment: z.array(z.string()).min(1) }),
    z.strictObject({ churn: z.array(z.string()).min(1) }),
    z.strictObject({ feature: z.enum(['purchases', 'revenue', 'averageOrder']), is: Condition }),
    z.strictObject({ answer: z.enum(['nps', 'ces', 'csat']), is: Condition }),
    z.strictObject({ channel: z.array(z.string()).min(1) }),
    z.strictObject({ consents: z.string() }),
  ]),
);
