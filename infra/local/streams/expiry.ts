import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { type QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';
import { keptMs, type ExpiredByTtl } from './stream-source.ts';
import { keyText } from './poll-result.ts';
import { type WindowEntry } from './shard-window.ts';

/** Deletes expired items, as DynamoDB's TTL does, by the virtual clock. */
export interface Expiry {
  /** Notes when changed items expire. Noting a change twice is harmless. */
  note(entries: WindowEntry[]): void;
  /**
   * Deletes noted items that have expired by now. An item whose time was moved in between stays.
   */
  sweep(): Promise<void>;
  wasSwept: ExpiredByTtl;
}

interface ExpiryOptions {
  journal: Journal;
  clock: VirtualClock;
  activity: QuiescenceTracker;
  client: DynamoDBClient;
  table: string;
  attribute: string;
}

/** Deletes under way at a time. */
const sweptAtOnce = 50;

type Image = Record<string, { N?: string } | undefined> | undefined;

const schema = `
    CREATE TABLE IF NOT EXISTS expiring (tableName TEXT, item TEXT, keys TEXT, expires INTEGER, PRIMARY KEY (tableName, item));
    CREATE INDEX IF NOT EXISTS expiring_by_time ON expiring (tableName, expires);
    CREATE TABLE IF NOT EXISTS swept (tableName TEXT, item TEXT, expires INTEGER, sweptAt INTEGER, PRIMARY KEY (tableName, item, expires))`;

const prepareStatements = (journal: Journal) => ({
  expires: journal.prepare('INSERT OR REPLACE INTO expiring VALUES (?, ?, ?, ?)'),
  stays: journal.prepare('DELETE FROM expiring WHERE tableName = ? AND item = ?'),
  due: journal.prepare('SELECT item, keys, expires FROM expiring WHERE tableName = ? AND expires < ? LIMIT ?'),
  sweeping: journal.prepare('INSERT OR REPLACE INTO swept VALUES (?, ?, ?, ?)'),
  known: journal.prepare('SELECT 1 FROM swept WHERE tableName = ? AND item = ? AND expires = ?'),
});

interface ExpiringRow {
  item: string;
  keys: string;
  expires: number;
}

/**
 * Learns the items with a TTL from the stream, so the table is never scanned. Records a sweep
 * before the delete, so that its stream record is distinguishable from a delete by a function, also
 * after a kill.
 */
export function createExpiry(options: ExpiryOptions): Expiry {
  const sweeper = new ExpirySweeper(options);
  return {
    note: (entries) => entries.forEach((entry) => sweeper.note(entry)),
    sweep: () => sweeper.sweep(),
    wasSwept: (record) => sweeper.wasSwept(record),
  };
}

class ExpirySweeper {
  readonly #options: ExpiryOptions;
  readonly #rows: ReturnType<typeof prepareStatements>;

  constructor(options: ExpiryOptions) {
    this.#options = options;
    options.journal.exec(schema);
    options.journal.prepare('DELETE FROM swept WHERE sweptAt < ?').run(Date.now() - keptMs);
    this.#rows = prepareStatements(options.journal);
  }

  note({ record: { dynamodb = {} } }: WindowEntry): void {
    const { table } = this.#options;
    const at = this.#expiryOf(dynamodb.NewImage);
    const item = keyText(dynamodb.Keys);
    if (at !== undefined) this.#rows.expires.run(table, item, JSON.stringify(dynamodb.Keys), at);
    else if (this.#expiryOf(dynamodb.OldImage) !== undefined) this.#rows.stays.run(table, item);
  }

  async sweep(): Promise<void> {
    const { clock, activity, table } = this.#options;
    const now = Math.floor(clock.now() / 1000);
    for (;;) {
      // The columns of the table above.
      const expired = this.#rows.due.all(table, now, sweptAtOnce) as unknown as ExpiringRow[];
      if (expired.length > 0) await activity.run(() => Promise.all(expired.map((row) => this.#remove(row, now))));
      if (expired.length < sweptAtOnce) return;
    }
  }

  wasSwept({ eventName, keys, oldImage }: Parameters<ExpiredByTtl>[0]): boolean {
    const at = eventName === 'REMOVE' ? this.#expiryOf(oldImage) : undefined;
    return at !== undefined && this.#rows.known.get(this.#options.table, keyText(keys), at) !== undefined;
  }

  #expiryOf(image: unknown): number | undefined {
    const text = (image as Image)?.[this.#options.attribute]?.N;
    return text === undefined ? undefined : Number(text);
  }

  async #remove({ item, keys, expires }: ExpiringRow, now: number): Promise<void> {
    const { client, table, attribute } = this.#options;
    this.#rows.sweeping.run(table, item, expires, Date.now());
    const command = new DeleteItemCommand({
      TableName: table,
      Key: JSON.parse(keys) as Record<string, AttributeValue>, // keys as the stream had them
      ConditionExpression: '#ttl < :now',
      ExpressionAttributeNames: { '#ttl': attribute },
      ExpressionAttributeValues: { ':now': { N: String(now) } },
    });
    await client.send(command).catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
    this.#rows.stays.run(table, item);
  }
}
