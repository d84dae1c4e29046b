import { type Item, type Table } from '../aws/table.ts';
import { type Customer } from '../identity/customer.ts';
import { type Key, keys } from '../keys.ts';
import { ThroughlineError, Unavailable } from '../errors.ts';
import { instantAt } from '../time.ts';
import { type Accepted, type Draft } from './message.ts';
import { type Touchpoint, ownerOf } from './touchpoint.ts';

/** What `BatchWriteItem` takes in one call. */
const batchSize = 25;

/** Calls under way at once. A batch of 2,500 needs a hundred; more at a time only meet the same throttle. */
const lanes = 8;

/** How long a message without a time is known by its id. No library goes on trying for longer. Seconds. */
const firstSeenTtl = 30 * 86_400;

export interface Saving {
  workspace: string;
  /** Milliseconds since 1970. */
  receivedAt: number;
  /** Tries begin within this many milliseconds. */
  withinMs: number;
}

export interface TouchpointStore {
  /**
   * Returns when every touchpoint is durably stored. Storing one again changes nothing, so after any error, and after a death in
   * between, the source sends all again. Throws `store.throttled` when DynamoDB took too little in the time given, and
   * `store.unavailable` when it failed otherwise; what was stored until then stays.
   */
  save(accepted: readonly Accepted[], saving: Saving): Promise<void>;
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

function customerOf(workspace: string, draft: Draft): Customer {
  const customer = ownerOf(draft);
  if (customer === undefined) throw new Error('a draft names its customer');
  return { workspace, customer };
}

/** The item of a touchpoint: key and one string, nothing that another try would make differently. */
export function touchpointItem(workspace: string, touchpoint: Touchpoint): Item {
  const { messageId, at, ...doc } = touchpoint;
  return { ...keys.touchpoint(customerOf(workspace, touchpoint), at, messageId), doc: JSON.stringify(doc) };
}

/** Items of distinct keys, the first of each: `BatchWriteItem` refuses a key that comes twice. */
function distinct(items: Item[]): Item[] {
  const byKey = new Map<string, Item>();
  for (const item of items) {
    const key = `${item.pk}\n${item.sk}`;
    if (!byKey.has(key)) byKey.set(key, item);
  }
  return [...byKey.values()];
}

const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

/** Full jitter: any time up to 25 ms doubled with each try, at most a second. */
const jitter = (tries: number): number => Math.random() * Math.min(1_000, 25 * 2 ** tries);

export function touchpointStore(table: Table): TouchpointStore {
  /** Puts a batch. What was not taken, and why when the whole call failed. */
  async function put(batch: Item[]): Promise<{ left: Item[]; failure?: unknown }> {
    try {
      return { left: await table.putMany(batch) };
    } catch (failure) {
      return { left: batch, failure };
    }
  }

  /** Puts full batches off a queue all lanes share, and what was not taken back to its end, until the queue is empty. */
  async function work(queue: Item[], until: number): Promise<void> {
    for (let tries = 0; queue.length > 0;) {
      const batch = queue.splice(0, batchSize);
      const { left, failure } = await put(batch);
      if (left.length === 0) continue;
      queue.push(...left);
      tries = left.length < batch.length ? 1 : tries + 1;
      const wait = jitter(tries);
      if (performance.now() + wait > until)
        throw failure === undefined ? new ThroughlineError('throttled', 'store.throttled') : storeError(failure);
      await pause(wait);
    }
  }

  async function putAll(items: Item[], until: number): Promise<void> {
    const queue = distinct(items);
    const count = Math.min(lanes, Math.ceil(queue.length / batchSize));
    // No lane is left behind: what still ran after the answer would run in the middle of the next request.
    const ended = await Promise.allSettled(Array.from({ length: count }, () => work(queue, until)));
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  }

  /** The time a message was first received: whoever writes it first decides, every later try reads it. */
  async function firstSeen(key: Key, receivedAt: number): Promise<string> {
    const now = instantAt(receivedAt);
    const item = await table.update(key, {
      expression: 'SET receivedAt = if_not_exists(receivedAt, :now), #ttl = if_not_exists(#ttl, :ttl)',
      names: { '#ttl': 'ttl' },
      values: { ':now': now, ':ttl': Math.floor(receivedAt / 1_000) + firstSeenTtl },
    });
    return typeof item?.receivedAt === 'string' ? item.receivedAt : now;
  }

  async function dated(draft: Draft, { workspace, receivedAt }: Saving): Promise<Touchpoint> {
    const key = draft.at === undefined && keys.firstSeen(customerOf(workspace, draft), draft.messageId);
    return { ...draft, at: draft.at ?? (key ? await firstSeen(key, receivedAt) : instantAt(receivedAt)) };
  }

  /** Gives a time to those without one, 25 at once. */
  async function dateAll(accepted: readonly Accepted[], saving: Saving): Promise<Touchpoint[]> {
    const touchpoints: Touchpoint[] = [];
    for (let start = 0; start < accepted.length; start += batchSize) {
      const chunk = accepted.slice(start, start + batchSize);
      touchpoints.push(...(await Promise.all(chunk.map(({ draft }) => dated(draft, saving)))));
    }
    return touchpoints;
  }

  return {
    async save(accepted, saving) {
      const { workspace, withinMs } = saving;
      const until = performance.now() + withinMs;
      try {
        const touchpoints = await dateAll(accepted, saving);
        const companions = accepted.flatMap(({ draft, skew }) =>
          skew === undefined || draft.at === undefined
            ? []
            : [{ ...keys.clockSkew(customerOf(workspace, draft), draft.at, draft.messageId), skew }],
        );
        // Before the touchpoints: whoever reads one off the stream finds its companion there.
        await putAll(companions, until);
        await putAll(
          touchpoints.map((touchpoint) => touchpointItem(workspace, touchpoint)),
          until,
        );
      } catch (error) {
        throw storeError(error);
      }
    },
  };
}
