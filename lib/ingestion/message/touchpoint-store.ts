import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { findPermanentRefusal, type WriteRefusal } from '../../aws/table/write-refusal.ts';
import { ThroughlineError, Unavailable } from '../../shared/errors.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { instantAt, ttlAfterMs, daySeconds } from '../../shared/time.ts';
import { type AcceptedMessage, type UndatedTouchpoint } from './parse-message.ts';
import { batchSize, keyName, putAll, type RefusedItems } from './put-all-store.ts';
import { type Touchpoint, ownerOf } from '../../model/touchpoint.ts';
import { type RejectionCode } from './verdict.ts';

/**
 * Retention of the first receipt of a message without a time, seconds. No library retries for
 * longer.
 */
const firstSeenTtl = 30 * daySeconds;

/** Workspace, receipt and time limit of a request's writes. */
export interface TouchpointWrite {
  workspace: string;
  /** Milliseconds since 1970. */
  receivedAt: number;
  /** Attempts start within this time, ms. */
  withinMs: number;
}

/** A message that the table will never accept, with the code of the reason. */
export interface NotStored {
  message: AcceptedMessage;
  code: RejectionCode;
}

const codes = {
  'write.collection-full': 'customer-full',
  'write.item-too-large': 'not-storable',
  'write.invalid': 'not-storable',
} as const satisfies Record<WriteRefusal, RejectionCode>;

/** Stores touchpoints durably. */
export interface TouchpointStore {
  /**
   * Resolves when every touchpoint is durably stored, except those returned, which the table will
   * never accept. Idempotent, so after an error or a crash the source sends all again. Throws
   * `store.throttled` if the time was too short, else `store.unavailable`. What was stored stays.
   */
  save(accepted: readonly AcceptedMessage[], saving: TouchpointWrite): Promise<NotStored[]>;
}

const throttles = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'ThrottledException',
]);

function storeError(cause: unknown): ThroughlineError {
  if (cause instanceof ThroughlineError) return cause;
  if (cause instanceof Error && throttles.has(cause.name))
    return new ThroughlineError('throttled', 'store.throttled', { cause });
  console.error(cause);
  return new Unavailable('store.unavailable', { cause });
}

function customerOf(workspace: string, draft: UndatedTouchpoint): Customer {
  const customer = ownerOf(draft);
  if (customer === undefined) throw new Error('a draft names its customer');
  return { workspace, customer };
}

/** Returns the item of a touchpoint: key and one string, equal for every retry. */
export function touchpointItem(workspace: string, touchpoint: Touchpoint): Item {
  const { messageId, at, ...doc } = touchpoint;
  return { ...keys.touchpoint(customerOf(workspace, touchpoint), at, messageId), doc: JSON.stringify(doc) };
}

/** A message with its rows. `companion` holds its source's clock skew. */
interface MessageRows {
  message: AcceptedMessage;
  touchpoint: Item;
  companion?: Item;
}

/** Returns the time a message was first received. The first request writes it; retries read it. */
async function firstReceivedAt(
  table: Table,
  draft: UndatedTouchpoint,
  { workspace, receivedAt }: TouchpointWrite,
): Promise<string> {
  const now = instantAt(receivedAt);
  const item = await table.update(keys.firstSeen(customerOf(workspace, draft), draft.messageId), {
    expression: 'SET receivedAt = if_not_exists(receivedAt, :now), #ttl = if_not_exists(#ttl, :ttl)',
    names: { '#ttl': 'ttl' },
    values: { ':now': now, ':ttl': ttlAfterMs(receivedAt, firstSeenTtl) },
  });
  return typeof item?.receivedAt === 'string' ? item.receivedAt : now;
}

function rowsOf(message: AcceptedMessage, at: string, workspace: string): MessageRows {
  const { draft, skew } = message;
  const touchpoint = touchpointItem(workspace, { ...draft, at });
  if (skew === undefined || draft.at === undefined) return { message, touchpoint };
  const key = keys.clockSkew(customerOf(workspace, draft), draft.at, draft.messageId);
  return { message, touchpoint, companion: { ...key, skew } };
}

/** Returns the rows of a message, with a time if it has none. */
async function withTimestamp(
  table: Table,
  message: AcceptedMessage,
  saving: TouchpointWrite,
): Promise<MessageRows | NotStored> {
  const { draft } = message;
  try {
    return rowsOf(message, draft.at ?? (await firstReceivedAt(table, draft, saving)), saving.workspace);
  } catch (error) {
    const refusal = findPermanentRefusal(error);
    if (!refusal) throw error;
    return { message, code: codes[refusal] };
  }
}

/** Resolves missing times, 25 messages at once. */
async function resolveTimestamps(
  table: Table,
  accepted: readonly AcceptedMessage[],
  saving: TouchpointWrite,
): Promise<(MessageRows | NotStored)[]> {
  const all: (MessageRows | NotStored)[] = [];
  for (let start = 0; start < accepted.length; start += batchSize) {
    const chunk = accepted.slice(start, start + batchSize);
    all.push(...(await Promise.all(chunk.map((message) => withTimestamp(table, message, saving)))));
  }
  return all;
}

/** Returns the messages with a refused row. */
function notStored(all: MessageRows[], refused: RefusedItems, row: 'touchpoint' | 'companion'): NotStored[] {
  return all.flatMap(({ message, [row]: item }) => {
    const refusal = item && refused.get(keyName(item));
    return refusal ? [{ message, code: codes[refusal] }] : [];
  });
}

/**
 * Writes companions before touchpoints, so that the projector finds the companion of a touchpoint
 * from the stream. If the companion is refused, the touchpoint is not put, because it would be
 * folded at a wrong time.
 */
async function saveAll(
  table: Table,
  accepted: readonly AcceptedMessage[],
  saving: TouchpointWrite,
): Promise<NotStored[]> {
  const until = performance.now() + saving.withinMs;
  const dates = await resolveTimestamps(table, accepted, saving);
  const undated = dates.filter((one) => 'code' in one);
  const all = dates.filter((one) => 'touchpoint' in one);
  const companions = all.flatMap(({ companion }) => companion ?? []);
  const alone = notStored(all, await putAll(table, companions, until), 'companion');
  const lost = new Set(alone.map(({ message }) => message));
  const rest = all.filter(({ message }) => !lost.has(message));
  const refused = await putAll(
    table,
    rest.map(({ touchpoint }) => touchpoint),
    until,
  );
  return [...undated, ...alone, ...notStored(rest, refused, 'touchpoint')];
}

/** The store over the table. */
export function touchpointStore(table: Table): TouchpointStore {
  return {
    async save(accepted, saving) {
      try {
        return await saveAll(table, accepted, saving);
      } catch (error) {
        throw storeError(error);
      }
    },
  };
}
