import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { findPermanentRefusal, type WriteRefusal } from '../../aws/table/write-refusal.ts';
import { ThroughlineError, Unavailable } from '../../shared/errors.ts';
import { keys } from '../../model/table-keys.ts';
import { instantAt } from '../../shared/time.ts';
import { type AcceptedMessage, type UndatedTouchpoint } from './parse-message.ts';
import { batchSize, keyName, putAll, type RefusedItems } from './put-all-store.ts';
import { type Touchpoint, ownerOf } from '../../model/touchpoint.ts';
import { type RejectionCode } from './verdict.ts';

/** How long a message without a time is known by its id. No library goes on trying for longer. Seconds. */
const firstSeenTtl = 30 * 86_400;

export interface TouchpointWrite {
  workspace: string;
  /** Milliseconds since 1970. */
  receivedAt: number;
  /** Tries begin within this many milliseconds. */
  withinMs: number;
}

/** A message that the table will never take, and the code that says why. */
export interface NotStored {
  message: AcceptedMessage;
  code: RejectionCode;
}

const codes = {
  'write.collection-full': 'customer-full',
  'write.item-too-large': 'not-storable',
  'write.invalid': 'not-storable',
} as const satisfies Record<WriteRefusal, RejectionCode>;

export interface TouchpointStore {
  /**
   * Returns when every touchpoint is durably stored, but for those that the table will never take: it answers these. Storing one again
   * changes nothing, so after any error, and after a death in between, the source sends all again. Throws `store.throttled` when
   * DynamoDB took too little in the time given, and `store.unavailable` when it failed otherwise; what was stored until then stays.
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

/** The item of a touchpoint: key and one string, nothing that another try would make differently. */
export function touchpointItem(workspace: string, touchpoint: Touchpoint): Item {
  const { messageId, at, ...doc } = touchpoint;
  return { ...keys.touchpoint(customerOf(workspace, touchpoint), at, messageId), doc: JSON.stringify(doc) };
}

/** A message and its rows. `companion` says how wrong its source's clock is. */
interface Storing {
  message: AcceptedMessage;
  touchpoint: Item;
  companion?: Item;
}

/** The time a message was first received: the first request that writes it decides, every later try reads it. */
async function firstSeen(
  table: Table,
  draft: UndatedTouchpoint,
  { workspace, receivedAt }: TouchpointWrite,
): Promise<string> {
  const now = instantAt(receivedAt);
  const item = await table.update(keys.firstSeen(customerOf(workspace, draft), draft.messageId), {
    expression: 'SET receivedAt = if_not_exists(receivedAt, :now), #ttl = if_not_exists(#ttl, :ttl)',
    names: { '#ttl': 'ttl' },
    values: { ':now': now, ':ttl': Math.floor(receivedAt / 1_000) + firstSeenTtl },
  });
  return typeof item?.receivedAt === 'string' ? item.receivedAt : now;
}

function rowsOf(message: AcceptedMessage, at: string, workspace: string): Storing {
  const { draft, skew } = message;
  const touchpoint = touchpointItem(workspace, { ...draft, at });
  if (skew === undefined || draft.at === undefined) return { message, touchpoint };
  const key = keys.clockSkew(customerOf(workspace, draft), draft.at, draft.messageId);
  return { message, touchpoint, companion: { ...key, skew } };
}

/** The rows of a message, which gets a time where it has none. */
async function dated(table: Table, message: AcceptedMessage, saving: TouchpointWrite): Promise<Storing | NotStored> {
  const { draft } = message;
  try {
    return rowsOf(message, draft.at ?? (await firstSeen(table, draft, saving)), saving.workspace);
  } catch (error) {
    const refusal = findPermanentRefusal(error);
    if (!refusal) throw error;
    return { message, code: codes[refusal] };
  }
}

/** Gives a time to those without one, 25 at once. */
async function dateAll(
  table: Table,
  accepted: readonly AcceptedMessage[],
  saving: TouchpointWrite,
): Promise<(Storing | NotStored)[]> {
  const all: (Storing | NotStored)[] = [];
  for (let start = 0; start < accepted.length; start += batchSize) {
    const chunk = accepted.slice(start, start + batchSize);
    all.push(...(await Promise.all(chunk.map((message) => dated(table, message, saving)))));
  }
  return all;
}

/** Messages of which a row was refused. */
function notStored(all: Storing[], refused: RefusedItems, row: 'touchpoint' | 'companion'): NotStored[] {
  return all.flatMap(({ message, [row]: item }) => {
    const refusal = item && refused.get(keyName(item));
    return refusal ? [{ message, code: codes[refusal] }] : [];
  });
}

/**
 * Companions before touchpoints: the projector finds the companion of a touchpoint it reads off the stream. Without its companion a
 * message would be folded at a wrong time, so where the one is refused the other is not put.
 */
async function saveAll(
  table: Table,
  accepted: readonly AcceptedMessage[],
  saving: TouchpointWrite,
): Promise<NotStored[]> {
  const until = performance.now() + saving.withinMs;
  const dates = await dateAll(table, accepted, saving);
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
