import * as z from 'zod';
import { isJsonObject } from '../../json.ts';

/** A list of an answer that was cut: how many entries are shown, the first ones, and how many there were. */
export const Trimmed = z.object({ list: z.string(), shown: z.int(), of: z.int() });
export type Trimmed = z.infer<typeof Trimmed>;

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
