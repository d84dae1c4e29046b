import { type Item, type Write } from '../../../aws/table/dynamo-table.ts';
import { type Key, keys, ranges } from '../../../model/keys/table-keys.ts';
import { durationMs, type Instant, ttlAfterMs, daySeconds } from '../../../shared/time.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';
import { ifAbsent } from '../../../aws/table/conditions.ts';

/**
 * Counters of a journey's cap and throttle: one item each for all customers, written in the entry's
 * transaction, so they are exact. They are the only hot items of the table. DynamoDB takes some
 * hundred such transactions a second on one item, and faster entries are retried.
 */
export interface EntryCounters {
  /** Entries in the current window of the cap. */
  entered: number;
  /** Latest window that has a throttled entry, and the number of entries that start in it. */
  throttle?: { span: number; n: number } | undefined;
}

type Limited = Pick<JourneyDefinition, 'id' | 'entry'>;

/**
 * Returns the index of the window that a time lies in. Windows have a fixed length and are counted
 * from 1970. Without a length all time is one window.
 */
export const windowIndex = (now: Instant, within: string | undefined): number =>
  within === undefined ? 0 : Math.floor(Date.parse(now) / durationMs(within));

const throttleSk = keys.throttle('', '').sk;

const capKey = (workspace: string, { id, entry }: Limited, now: Instant): Key =>
  keys.cap(workspace, id, windowIndex(now, entry.cap?.within));

/** Returns the keys of the counters that an entry reads. Empty for most journeys. */
export function entryCounterKeys(workspace: string, definition: Limited, now: Instant): Key[] {
  const { cap, throttle } = definition.entry;
  return [
    ...(cap ? [capKey(workspace, definition, now)] : []),
    ...(throttle ? [keys.throttle(workspace, definition.id)] : []),
  ];
}

/** Parses the counters from their items. A missing item counts as zero. */
export function readEntryCounters(items: readonly Item[]): EntryCounters {
  const cap = items.find(({ sk }) => sk.startsWith(ranges.cap));
  const throttle = items.find(({ sk }) => sk === throttleSk);
  return {
    entered: Number(cap?.n ?? 0),
    ...(throttle && { throttle: { span: Number(throttle.span), n: Number(throttle.n) } }),
  };
}

/** Whether the cap's current window is full. Always false for a journey without a cap. */
export function isCapReached({ entry: { cap } }: Pick<Limited, 'entry'>, counted: EntryCounters | undefined): boolean {
  return cap !== undefined && (counted?.entered ?? 0) >= cap.max;
}

/**
 * Returns the first window with room from `now` on, and its number of entries with one more.
 * `isLater` if that window has not begun.
 */
export function nextFreeWindow(
  { max, within }: { max: number; within: string },
  counted: EntryCounters['throttle'],
  now: Instant,
) {
  const current = windowIndex(now, within);
  const span = Math.max(current, counted?.span ?? 0);
  const n = counted?.span === span ? counted.n : 0;
  return n < max ? { span, n: n + 1, isLater: span > current } : { span: span + 1, n: 1, isLater: true };
}

/** Returns the time at which a window begins. */
export const windowStart = (span: number, within: string): Instant => new Date(span * durationMs(within)).toISOString();

/** How long a counter is kept after its window, in seconds: one day. */
const keptFor = daySeconds;

/**
 * Returns the writes that count an entry, and the time from which a throttled entry may start.
 * Their transaction fails if the cap is reached or if another entry changed the throttle.
 */
export function entryCounterWrites(
  workspace: string,
  definition: Limited,
  { counted, now }: { counted: EntryCounters; now: Instant },
): { writes: Write[]; notBefore?: Instant } {
  const { cap, throttle } = definition.entry;
  const writes: Write[] = [];
  if (cap) {
    const ends = cap.within === undefined ? undefined : (windowIndex(now, cap.within) + 1) * durationMs(cap.within);
    const expiry = ends !== undefined && { ttl: ttlAfterMs(ends, keptFor) };
    writes.push({
      update: capKey(workspace, definition, now),
      set: {
        expression: expiry ? 'SET #ttl = :ttl ADD n :one' : 'ADD n :one',
        ...(expiry && { names: { '#ttl': 'ttl' } }),
        values: { ':one': 1, ...(expiry && { ':ttl': expiry.ttl }) },
      },
      if: { expression: 'attribute_not_exists(n) OR n < :max', values: { ':max': cap.max } },
    });
  }
  if (!throttle) return { writes };
  const { span, n, isLater } = nextFreeWindow(throttle, counted.throttle, now);
  const before = counted.throttle;
  writes.push({
    put: { ...keys.throttle(workspace, definition.id), span, n },
    if: before ? { expression: 'span = :span AND n = :n', values: { ':span': before.span, ':n': before.n } } : ifAbsent,
  });
  return { writes, notBefore: isLater ? windowStart(span, throttle.within) : now };
}
