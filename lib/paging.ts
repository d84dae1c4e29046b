import type * as z from 'zod';
import { Rejected } from './errors.ts';

/** Where a listing goes on, as an opaque text for URLs. */
export function writeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The position of a cursor we wrote. Throws `Rejected('cursor.invalid')` for any other text. */
export function readCursor<Shape extends z.ZodType>(text: string, shape: Shape): z.infer<Shape> {
  try {
    return shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new Rejected('cursor.invalid', { cause });
  }
}

/** The `limit` of a listing: 1 to 100, 50 unless told. Throws `Rejected('limit.invalid')`. */
export function readLimit(text: string | undefined): number {
  const limit = text === undefined ? 50 : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw new Rejected('limit.invalid', { min: 1, max: 100 });
  return limit;
}
