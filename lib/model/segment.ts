import * as z from 'zod';
import { Predicate } from './predicate.ts';
import { Label } from './stage.ts';

/** Id of a segment, at most 40 characters. */
export const SegmentId = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/);
/** A named predicate. Customers who match it are its members. `rev` counts its changes. */
export const Segment = z.object({ id: SegmentId, name: Label.optional(), predicate: Predicate, rev: z.int() });
export type Segment = z.infer<typeof Segment>;
/** Limit of segments in a workspace, because every touchpoint evaluates all of them. */
export const maxSegments = 100;
