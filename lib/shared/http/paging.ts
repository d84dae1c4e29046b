import * as z from 'zod';
import { Rejected } from '../errors.ts';
import { pageWithin } from '../trim.ts';

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

/** What a list is sorted by. */
interface PageOrder<Item> {
  idOf: (item: Item) => string;
  /** Whether an id comes after another in the list; ascending where it is missing. */
  isAfter?: (id: string, last: string) => boolean;
}

/**
 * A page of a list that is read whole: the items after the one that the cursor names, as many as fit into an answer. An item
 * that is removed between two pages makes none be left out.
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
