import * as z from 'zod';
import { Trimmed } from '../../shared/trim.ts';

/** Path of a route with one id. */
export const IdPath = z.object({ id: z.string() });

/** Path of a route about a step of a journey. */
export const StepPath = IdPath.extend({ step: z.string() });

/** Refusal of an id that no journey has. */
export const unknownJourney = { 404: 'No such journey' } as const;

/** Refusal of a cursor that no page returned. */
export const invalidCursor = { 400: 'An invalid cursor' } as const;

/** Refusal of a limit out of range, or of an invalid cursor. */
export const invalidPage = { 400: 'An invalid limit or cursor' } as const;

/** Lists that were cut to fit the answer. */
export const trimmed = z.array(Trimmed).optional();

/** Returns the schema of a page of a list. */
export const pageOf = (item: z.ZodType) => z.object({ items: z.array(item), nextCursor: z.string().optional() });
