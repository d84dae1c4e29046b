import * as z from 'zod';
import { Predicate } from './predicate.ts';
import { Label } from './stage.ts';

export const SegmentId = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/);
/** A named predicate: whoever meets it belongs to the segment. `rev` counts its changes. */
export const Segment = z.object({ id: SegmentId, name: Label.optional(), predicate: Predicate, rev: z.int() });
export type Segment = z.infer<typeof Segment>;
/** Segments of one workspace. All are looked at with every touchpoint. */
export const maxSegments = 100;
