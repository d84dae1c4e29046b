import { type Journal } from '../journal/open-journal.ts';
import { type Checkpoint } from './shard-reader.ts';
import { type StreamPosition } from './stream-source.ts';

/** Position of each reader in each shard. */
export interface Checkpoints {
  /** Whether the reader has ever read anything. */
  knows(reader: string): boolean;
  /** The reader's place in a shard; a new one starts at `start`. */
  of(reader: string, shard: string, start: StreamPosition): Checkpoint;
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
      let position = typeof kept === 'string' ? kept : start;
      if (kept === undefined) save.run(reader, shard, position);
      return {
        read: () => position,
        write(next) {
          if (next === position) return;
          save.run(reader, shard, next);
          position = next;
        },
      };
    },
  };
}
