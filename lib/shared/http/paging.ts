import * as z from 'zod';
import { Rejected } from '../errors.ts';
import { pageWithin } from '../trim.ts';

/** Returns a position as an opaque text for URLs. */
export function writeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Parses a cursor. Throws `Rejected('cursor.invalid')` for other text. */
export function readCursor<Shape extends z.ZodType>(text: string, shape: Shape): z.infer<Shape> {
  try {
    return shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new Rejected('cursor.invalid', { cause });
  }
}

/** Parses the `limit` of a listing: 1 to 100, default 50. Throws `Rejected('limit.invalid')`. */
export function readLimit(text: string | undefined): number {
  const limit = text === undefined ? 50 : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw new Rejected('limit.invalid', { min: 1, max: 100 });
  return limit;
}

/** The order of a list. */
interface PageOrder<Item> {
  idOf: (item: Item) => string;
  /** Returns whether an id comes after another. Default: ascending. */
  isAfter?: (id: string, last: string) => boolean;
}

/**
 * Returns a page of a list that was read completely: as many items after the cursor's as fit an
 * answer. Removing an item between two pages skips no other.
 */
export function pageById<Item>(
  all: readonly Item[],
  cursor: string | undefined,
  { idOf, isAfter = (id, last) => id > last }: PageOrder<Item>,
): { items: Item[]; nextCursor?: string } {
  const last = cursor === undefined ? undefined : readCursor(cursor, z.string());
  const left = all.filter((item) => last === undefined || isAfter(idOf(item), last));
  const items = pageWithin(left);
  const end = items.at(-1);
  return { items, ...(end !== undefined && items.length < left.length && { nextCursor: writeCursor(idOf(end)) }) };
}
