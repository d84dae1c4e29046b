import { type Journal } from '../journal/open-journal.ts';
import { type Checkpoint } from './shard-consumer.ts';
import { type StreamPosition } from './stream-source.ts';

/** Position of each reader in each shard. */
export interface Checkpoints {
  /** Whether the reader has ever read anything. */
  knows(reader: string): boolean;
  /** Returns the reader's position in a shard. A new one is `start`. */
  of(reader: string, shard: string, start: StreamPosition): Checkpoint;
}

class ShardCheckpoint implements Checkpoint {
  #position: StreamPosition;
  readonly #save: (position: StreamPosition) => void;

  constructor(position: StreamPosition, save: (position: StreamPosition) => void) {
    this.#position = position;
    this.#save = save;
  }

  read(): StreamPosition {
    return this.#position;
  }

  write(next: StreamPosition): void {
    if (next === this.#position) return;
    this.#save(next);
    this.#position = next;
  }
}

/** Positions in the journal, written before the next batch starts. */
export function createCheckpoints(journal: Journal): Checkpoints {
  journal.exec(
    'CREATE TABLE IF NOT EXISTS stream_places (reader TEXT, shard TEXT, position TEXT, PRIMARY KEY (reader, shard))',
  );
  const save = journal.prepare('INSERT OR REPLACE INTO stream_places VALUES (?, ?, ?)');
  const load = journal.prepare('SELECT position FROM stream_places WHERE reader = ? AND shard = ?');
  const any = journal.prepare('SELECT 1 FROM stream_places WHERE reader = ? LIMIT 1');
  return {
    knows: (reader) => any.get(reader) !== undefined,

    of(reader, shard, start) {
      const kept = load.get(reader, shard)?.position;
      const position = typeof kept === 'string' ? kept : start;
      if (kept === undefined) save.run(reader, shard, position);
      return new ShardCheckpoint(position, (next) => void save.run(reader, shard, next));
    },
  };
}
