import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type Journal = DatabaseSync;

/**
 * The runner's durable state (stream positions, undelivered events, executions, queues): one SQLite
 * file with tables for each component. A returned write survives `kill -9`; a power cut may lose
 * the last ones.
 */
export function openJournal(file: string): Journal {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const journal = new DatabaseSync(file);
  journal.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
  return journal;
}
