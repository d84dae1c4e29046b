import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { type QuiescenceTracker } from '../../../lib/states-language/quiescence-tracker.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';
import { keptMs, type ExpiredByTtl } from './stream-source.ts';
import { keyText } from './poll-result.ts';
import { type WindowEntry } from './shard-window.ts';

/** Deletes what has expired, as DynamoDB's TTL does, by the virtual clock. */
export interface Expiry {
  /** Learns from changes what expires when. Hearing of a change twice is harmless. */
  note(entries: WindowEntry[]): void;
  /** Deletes what has expired by now and was noted. An item whose time was moved in between stays. */
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

/**
 * Learns the items with a TTL from the stream, so the table is never scanned. Records a sweep
 * before the delete, so that its stream record is distinguishable from a delete by a function, also
 * after a kill.
 */
export function createExpiry({ journal, clock, activity, client, table, attribute }: ExpiryOptions): Expiry {
  journal.exec(`
    CREATE TABLE IF NOT EXISTS expiring (tableName TEXT, item TEXT, keys TEXT, expires INTEGER, PRIMARY KEY (tableName, item));
    CREATE INDEX IF NOT EXISTS expiring_by_time ON expiring (tableName, expires);
    CREATE TABLE IF NOT EXISTS swept (tableName TEXT, item TEXT, expires INTEGER, sweptAt INTEGER, PRIMARY KEY (tableName, item, expires))`);
  journal.prepare('DELETE FROM swept WHERE sweptAt < ?').run(Date.now() - keptMs);
  const expires = journal.prepare('INSERT OR REPLACE INTO expiring VALUES (?, ?, ?, ?)');
  const stays = journal.prepare('DELETE FROM expiring WHERE tableName = ? AND item = ?');
  const due = journal.prepare('SELECT item, keys, expires FROM expiring WHERE tableName = ? AND expires < ? LIMIT ?');
  const sweeping = journal.prepare('INSERT OR REPLACE INTO swept VALUES (?, ?, ?, ?)');
  const known = journal.prepare('SELECT 1 FROM swept WHERE tableName = ? AND item = ? AND expires = ?');

  const expiryOf = (image: unknown): number | undefined => {
    const text = (image as Image)?.[attribute]?.N;
    return text === undefined ? undefined : Number(text);
  };

  function noteOne({ record: { dynamodb = {} } }: WindowEntry): void {
    const at = expiryOf(dynamodb.NewImage);
    const item = keyText(dynamodb.Keys);
    if (at !== undefined) expires.run(table, item, JSON.stringify(dynamodb.Keys), at);
    else if (expiryOf(dynamodb.OldImage) !== undefined) stays.run(table, item);
  }

  async function remove(row: { item: string; keys: string; expires: number }, now: number): Promise<void> {
    sweeping.run(table, row.item, row.expires, Date.now());
    const command = new DeleteItemCommand({
      TableName: table,
      Key: JSON.parse(row.keys) as Record<string, AttributeValue>, // keys as the stream had them
      ConditionExpression: '#ttl < :now',
      ExpressionAttributeNames: { '#ttl': attribute },
      ExpressionAttributeValues: { ':now': { N: String(now) } },
    });
    await client.send(command).catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
    stays.run(table, row.item);
  }

  return {
    note: (entries) => entries.forEach(noteOne),

    async sweep() {
      const now = Math.floor(clock.now() / 1000);
      for (;;) {
        const rows = due.all(table, now, sweptAtOnce);
        // The columns of the table above.
        const expired = rows as unknown as Parameters<typeof remove>[0][];
        if (expired.length > 0) await activity.run(() => Promise.all(expired.map((row) => remove(row, now))));
        if (rows.length < sweptAtOnce) return;
      }
    },

    wasSwept({ eventName, keys, oldImage }) {
      const at = eventName === 'REMOVE' ? expiryOf(oldImage) : undefined;
      return at !== undefined && known.get(table, keyText(keys), at) !== undefined;
    },
  };
}
