import * as z from 'zod';
import { Predicate } from '../../model/predicate.ts';
import { SegmentId } from '../../model/segment.ts';
import { ZonedInstant } from '../../shared/time.ts';

export const Name = z.string().min(1).max(200);

export const Names = z.array(Name).min(1).max(200);

/**
 * Time and audience of a report. The audience is decided by profiles as they are when the report is
 * computed.
 */
export const Common = z.strictObject({
  from: ZonedInstant,
  to: ZonedInstant.describe('itself excluded'),
  segment: SegmentId.optional(),
  predicate: Predicate.optional(),
});

/** Which touchpoints make up a path; the others are ignored. Default: all. */
export const Touchpoints = z.strictObject({ only: Names, without: Names }).partial();
type Touchpoints = z.infer<typeof Touchpoints>;

export function counts({ only, without }: Touchpoints = {}): (step: { name: string }) => boolean {
  const [wanted, unwanted] = [only && new Set(only), new Set(without)];
  return ({ name }) => (wanted === undefined || wanted.has(name)) && !unwanted.has(name);
}

/** A distribution of lengths of time. */
export const SpreadSchema = z.object({ count: z.int(), medianMs: z.number(), p90Ms: z.number() });

export const CountedSchema = z.object({ count: z.int(), paths: z.int(), customers: z.int() });
