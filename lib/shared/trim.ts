import * as z from 'zod';
import { isJsonObject } from './json.ts';

/** A list of an answer that was cut: how many entries are shown, the first ones, and how many there were. */
export const Trimmed = z.object({ list: z.string(), shown: z.int(), of: z.int() });
export type Trimmed = z.infer<typeof Trimmed>;

/** Largest answer of a route. Lambda's end at 6 MB, and what is longer than this is no page that anyone reads. Bytes. */
export const maxAnswerBytes = 1024 * 1024;

/** Room for a page's items: the rest is for the cursor, and for what stands beside them. Bytes of JSON. */
const maxItemsBytes = 1_000_000;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function listAt(answer: unknown, path: string): unknown[] {
  const found = path.split('.').reduce<unknown>((at, name) => (isJsonObject(at) ? at[name] : undefined), answer);
  return Array.isArray(found) ? found : [];
}

/** The same answer with another list at the path. */
function withList(answer: unknown, [name = '', ...rest]: string[], list: unknown[]): unknown {
  if (!isJsonObject(answer)) return answer;
  return { ...answer, [name]: rest.length === 0 ? list : withList(answer[name], rest, list) };
}

/**
 * The answer within a size: of the lists named, the largest is halved, its head kept, until it fits. What was cut is told. An answer that
 * does not fit without any of them stays too large.
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
 * The answer of a route within its limit: the lists named are cut as `fitting` cuts them, and `trimmed` says how much of each is shown. It
 * is missing where all fits, which is the usual case.
 */
export function bounded(answer: object, lists: string[]): object {
  const { answer: fitted, trimmed } = fitting(answer, lists, maxItemsBytes);
  return trimmed.length > 0 && isJsonObject(fitted) ? { ...fitted, trimmed } : answer;
}

/** The first items that fit on one page, and the first at any rate: no cursor may stand still. */
export function pageWithin<Item>(items: readonly Item[]): Item[] {
  let bytes = 0;
  const end = items.findIndex((item) => (bytes += bytesOf(item) + 1) > maxItemsBytes);
  return items.slice(0, end === -1 ? items.length : Math.max(1, end));
}
