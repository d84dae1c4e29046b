import { type Item, type Write } from '#lib/aws/table/dynamo-table.ts';
import { ifAbsent } from '#lib/aws/table/conditions.ts';
import { type Key, keys, ranges } from '#lib/model/keys/table-keys.ts';
import { daySeconds, durationMs, instantAt, type Instant, ttlAfter } from '#lib/shared/time.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';

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
const windowStart = (span: number, within: string): Instant => instantAt(span * durationMs(within));

/**
 * Returns the time from which an entry at `now` may start: that of the throttle's first window with
 * room. Returns undefined for a journey without a throttle.
 */
export function throttledStart(
  { entry: { throttle } }: Pick<Limited, 'entry'>,
  counted: EntryCounters,
  now: Instant,
): Instant | undefined {
  if (!throttle) return undefined;
  const { span, isLater } = nextFreeWindow(throttle, counted.throttle, now);
  return isLater ? windowStart(span, throttle.within) : now;
}

/** How long a counter is kept after its window, in seconds: one day. */
const keptSeconds = daySeconds;

/** Returns the write that counts an entry. Fails if the cap is reached. */
function capWrite(workspace: string, definition: Limited, now: Instant): Write[] {
  const { cap } = definition.entry;
  if (!cap) return [];
  const counted = { expression: 'ADD n :one', values: { ':one': 1 } };
  const update = capKey(workspace, definition, now);
  const hasRoom = { expression: 'attribute_not_exists(n) OR n < :max', values: { ':max': cap.max } };
  if (cap.within === undefined) return [{ update, set: counted, if: hasRoom }];
  const end = windowStart(windowIndex(now, cap.within) + 1, cap.within);
  const expiring = {
    expression: `SET #ttl = :ttl ${counted.expression}`,
    names: { '#ttl': 'ttl' },
    values: { ...counted.values, ':ttl': ttlAfter(end, keptSeconds) },
  };
  return [{ update, set: expiring, if: hasRoom }];
}

/**
 * Returns the write that takes a place in a window. Fails if another entry changed the throttle.
 */
function throttleWrite(workspace: string, { id, entry: { throttle } }: Limited, counts: EntryCount): Write[] {
  if (!throttle) return [];
  const before = counts.counted.throttle;
  const { span, n } = nextFreeWindow(throttle, before, counts.now);
  const isUnchanged = before
    ? { expression: 'span = :span AND n = :n', values: { ':span': before.span, ':n': before.n } }
    : ifAbsent;
  return [{ put: { ...keys.throttle(workspace, id), span, n }, if: isUnchanged }];
}

/** An entry at `now`, and the counters read before it. */
interface EntryCount {
  counted: EntryCounters;
  now: Instant;
}

/**
 * Returns the writes that count an entry. Their transaction fails if the cap is reached or if
 * another entry changed the throttle.
 */
export function entryCounterWrites(workspace: string, definition: Limited, counts: EntryCount): Write[] {
  return [...capWrite(workspace, definition, counts.now), ...throttleWrite(workspace, definition, counts)];
}
