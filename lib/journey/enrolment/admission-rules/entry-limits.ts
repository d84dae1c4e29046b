import { type Item, type Write } from '../../../aws/table/dynamo-table.ts';
import { type Key, keys } from '../../../model/table-keys.ts';
import { durationMs, type Instant } from '../../../shared/time.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';

/**
 * Caps and throttles count all customers of a journey in one item each, written in the transaction of the entry: exact, and the only hot
 * items of the table. DynamoDB takes some hundred such transactions a second on one item; faster entries wait for one another.
 */
export interface EntryCounters {
  /** Entries in the span of the cap. */
  entered: number;
  /** The span in which a throttled journey had room last, and how many set out in it. */
  throttle?: { span: number; n: number } | undefined;
}

type Limited = Pick<JourneyDefinition, 'id' | 'entry'>;

/** Which of the fixed spans of a length a moment lies in, counted from 1970; everything is one span where there is no length. */
export const windowIndex = (now: Instant, within: string | undefined): number =>
  within === undefined ? 0 : Math.floor(Date.parse(now) / durationMs(within));

const capKey = (workspace: string, { id, entry }: Limited, now: Instant): Key =>
  keys.cap(workspace, id, windowIndex(now, entry.cap?.within));

/** The counters that an entry depends on; most journeys have none. */
export function entryCounterKeys(workspace: string, definition: Limited, now: Instant): Key[] {
  const { cap, throttle } = definition.entry;
  return [
    ...(cap ? [capKey(workspace, definition, now)] : []),
    ...(throttle ? [keys.throttle(workspace, definition.id)] : []),
  ];
}

export function readEntryCounters(items: readonly Item[]): EntryCounters {
  const cap = items.find(({ sk }) => sk.startsWith('cap#'));
  const throttle = items.find(({ sk }) => sk === 'throttle');
  return {
    entered: Number(cap?.n ?? 0),
    ...(throttle && { throttle: { span: Number(throttle.span), n: Number(throttle.n) } }),
  };
}

export function isCapReached({ entry: { cap } }: Pick<Limited, 'entry'>, counted: EntryCounters | undefined): boolean {
  return cap !== undefined && (counted?.entered ?? 0) >= cap.max;
}

/** The first span with room, from now on, and how many set out in it with one more. */
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

export const windowStart = (span: number, within: string): Instant => new Date(span * durationMs(within)).toISOString();

/** How long a counter outlives its span. Seconds. */
const keptFor = 86_400;

/** The writes by which an entry is counted, and when it may set out. They fail when somebody else was counted since. */
export function entryCounterWrites(
  workspace: string,
  definition: Limited,
  { counted, now }: { counted: EntryCounters; now: Instant },
): { writes: Write[]; notBefore?: Instant } {
  const { cap, throttle } = definition.entry;
  const writes: Write[] = [];
  if (cap) {
    const ends = cap.within === undefined ? undefined : (windowIndex(now, cap.within) + 1) * durationMs(cap.within);
    const expiry = ends !== undefined && { ttl: Math.floor(ends / 1_000) + keptFor };
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
    if: before
      ? { expression: 'span = :span AND n = :n', values: { ':span': before.span, ':n': before.n } }
      : { expression: 'attribute_not_exists(pk)' },
  });
  return { writes, notBefore: isLater ? windowStart(span, throttle.within) : now };
}
