import * as z from 'zod';
import { isJsonObject } from './json.ts';

/** A list that was cut: the number of entries shown, from the first, and the total. */
export const Trimmed = z.object({ list: z.string(), shown: z.int(), of: z.int() });
export type Trimmed = z.infer<typeof Trimmed>;

/** Limit of a route's answer, bytes. Lambda's limit is 6 MB, and no person reads a longer page. */
export const maxAnswerBytes = 1024 * 1024;

/** Limit of a page's items, bytes of JSON. The rest is for the cursor and other fields. */
const maxItemsBytes = 1_000_000;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function listAt(answer: unknown, path: string): unknown[] {
  const found = path.split('.').reduce<unknown>((at, name) => (isJsonObject(at) ? at[name] : undefined), answer);
  return Array.isArray(found) ? found : [];
}

/** Returns the answer with another list at the path. */
function withList(answer: unknown, [name = '', ...rest]: string[], list: unknown[]): unknown {
  if (!isJsonObject(answer)) return answer;
  return { ...answer, [name]: rest.length === 0 ? list : withList(answer[name], rest, list) };
}

/**
 * Cuts an answer to a size: halves the largest of the named lists, keeping its start, until the
 * answer fits. Returns what was cut. An answer too large without these lists stays too large.
 */
export function fitting(answer: unknown, lists: string[], maxBytes: number): { answer: unknown; trimmed: Trimmed[] } {
  let fitted = answer;
  while (bytesOf(fitted) > maxBytes) {
    const [largest] = lists
      .map((path) => ({ path, list: listAt(fitted, path) }))
      .filter(({ list }) => list.length > 0)
      .sort((a, b) => bytesOf(b.list) - bytesOf(a.list));
    if (!largest) break;
    const half = largest.list.slice(0, Math.floor(largest.list.length / 2));
    fitted = withList(fitted, largest.path.split('.'), half);
  }
  const trimmed = lists.flatMap((list) => {
    const [shown, of] = [listAt(fitted, list).length, listAt(answer, list).length];
    return shown < of ? [{ list, shown, of }] : [];
  });
  return { answer: fitted, trimmed };
}

/**
 * Cuts a route's answer to its limit, as `fitting` does. `trimmed` reports the lists cut. It is
 * missing if everything fits, the usual case.
 */
export function bounded(answer: object, lists: string[]): object {
  const { answer: fitted, trimmed } = fitting(answer, lists, maxItemsBytes);
  return trimmed.length > 0 && isJsonObject(fitted) ? { ...fitted, trimmed } : answer;
}

/** Returns the first items that fit on a page, at least one, so that a cursor always advances. */
export function pageWithin<Item>(items: readonly Item[]): Item[] {
  let bytes = 0;
  const end = items.findIndex((item) => (bytes += bytesOf(item) + 1) > maxItemsBytes);
  return items.slice(0, end === -1 ? items.length : Math.max(1, end));
}
