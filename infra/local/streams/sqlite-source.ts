import { DatabaseSync } from 'node:sqlite';
import {
  keptMs,
  type Page,
  type StreamPosition,
  type RawRecord,
  type Shard,
  type StreamSource,
} from './stream-source.ts';

interface Row {
  event_name: RawRecord['eventName'];
  keys_json: string;
  new_image: string | null;
  old_image: string | null;
  sequence_number: string;
  created_at: number;
}

/** Minimum of digits of DynamoDB's numbers, so that they also sort as text. */
const digits = 21;

/** Rows deleted at a time, so that the engine never waits long for the file. */
const trimmedAtOnce = 500;

const parsed = (text: string | null): unknown => (text === null ? undefined : JSON.parse(text));

const toRecord = (row: Row): RawRecord => ({
  sequence: row.sequence_number.padStart(digits, '0'),
  eventName: row.event_name,
  createdAtSeconds: row.created_at,
  keys: parsed(row.keys_json),
  newImage: parsed(row.new_image),
  oldImage: parsed(row.old_image),
  bytes: row.keys_json.length + (row.new_image?.length ?? 0) + (row.old_image?.length ?? 0),
});

/** Throws if the file has another shard than the one that this version of dynoxide writes. */
function checkShard(
  database: DatabaseSync,
  { file, table, shard }: { file: string; table: string; shard: string },
): void {
  const strange = database
    .prepare('SELECT shard_id FROM _stream_records WHERE table_name = ? AND shard_id <> ? LIMIT 1')
    .get(table, shard);
  if (strange)
    throw new Error(`${file}: unknown shard ${String(strange.shard_id)}; this dynoxide is not version 1.2.1`);
}

const prepareStatements = (database: DatabaseSync) => ({
  newer: database.prepare(
    `SELECT event_name, keys_json, new_image, old_image, sequence_number, created_at FROM _stream_records
     WHERE table_name = ? AND shard_id = ? AND CAST(sequence_number AS INTEGER) > ?
     ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?`,
  ),
  newest: database.prepare(
    'SELECT MAX(CAST(sequence_number AS INTEGER)) AS newest FROM _stream_records WHERE table_name = ? AND shard_id = ?',
  ),
  trim: database.prepare(
    `DELETE FROM _stream_records WHERE id IN (
       SELECT id FROM _stream_records WHERE table_name = ? AND shard_id = ?
       AND CAST(sequence_number AS INTEGER) <= ? AND created_at < ? LIMIT ${trimmedAtOnce})`,
  ),
  version: database.prepare('PRAGMA data_version'),
});

/**
 * Reads dynoxide's stream from its file, in a tenth of the time of its HTTP API. Readers never
 * block the writer (WAL), and see a record only after its commit.
 */
export const sqliteSource = (file: string, table: string): StreamSource => new SqliteSource(file, table);

class SqliteSource implements StreamSource {
  readonly granularityMs = 1_000;
  readonly #table: string;
  readonly #shard: Shard;
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepareStatements>;
  #seen: unknown;

  constructor(file: string, table: string) {
    this.#table = table;
    this.#shard = { id: `shardId-00000001-${table}` };
    this.#database = new DatabaseSync(file);
    this.#database.exec('PRAGMA busy_timeout = 5000');
    checkShard(this.#database, { file, table, shard: this.#shard.id });
    this.#statements = prepareStatements(this.#database);
  }

  shards(): Promise<Shard[]> {
    return Promise.resolve([this.#shard]);
  }

  read(shard: string, after: StreamPosition, limit: number): Promise<Page> {
    // The columns named above, as dynoxide 1.2.1 has them.
    const rows = this.#statements.newer.all(this.#table, shard, Number(after), limit) as unknown as Row[];
    return Promise.resolve({ records: rows.map(toRecord), closed: false });
  }

  latest(shard: string): Promise<StreamPosition> {
    const sequence = this.#newestOf(shard);
    return Promise.resolve<StreamPosition>(sequence === 0 ? '' : String(sequence).padStart(digits, '0'));
  }

  changed(): boolean {
    const now = this.#statements.version.get()?.data_version;
    const changed = now !== this.#seen;
    this.#seen = now;
    return changed;
  }

  trim(shard: string, upTo: StreamPosition): void {
    // dynoxide numbers the next record after the newest it finds: without any it would begin again
    // at 1.
    const last = Math.min(Number(upTo), this.#newestOf(shard) - 1);
    const before = Math.floor((Date.now() - keptMs) / 1000);
    while (this.#statements.trim.run(this.#table, shard, last, before).changes === trimmedAtOnce);
  }

  stop(): void {
    this.#database.close();
  }

  #newestOf(shard: string): number {
    return Number(this.#statements.newest.get(this.#table, shard)?.newest ?? 0);
  }
}
