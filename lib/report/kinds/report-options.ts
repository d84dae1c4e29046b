import * as z from 'zod';
import { Predicate } from '../../model/predicate.ts';
import { SegmentId } from '../../model/segment.ts';
import { ZonedInstant } from '../../shared/time.ts';

export const Name = z.string().min(1).max(200);

export const Names = z.array(Name).min(1).max(200);

/** Of which time, and of whom, a report is. Who belongs is decided by what is known of a customer when the report is made. */
export const Common = z.strictObject({
  from: ZonedInstant,
  to: ZonedInstant.describe('itself excluded'),
  segment: SegmentId.optional(),
  predicate: Predicate.optional(),
});

/** Which touchpoints make up a path; the others are as if they had not happened. All when both are missing. */
export const Touchpoints = z.strictObject({ only: Names, without: Names }).partial();
type Touchpoints = z.infer<typeof Touchpoints>;

export function counts({ only, without }: Touchpoints = {}): (step: { name: string }) => boolean {
  const [wanted, unwanted] = [only && new Set(only), new Set(without)];
  return ({ name }) => (wanted === undefined || wanted.has(name)) && !unwanted.has(name);
}

/** A distribution of lengths of time. */
export const SpreadSchema = z.object({ count: z.int(), medianMs: z.number(), p90Ms: z.number() });

export const CountedSchema = z.object({ count: z.int(), paths: z.int(), customers: z.int() });
