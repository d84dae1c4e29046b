import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type Journal = DatabaseSync;

/**
 * What the runner itself must not forget (stream positions, undelivered events, running executions, queues): one SQLite file, each
 * component with tables of its own. A write that returned survives `kill -9` of the runner; a power cut may take the last ones.
 */
export function openJournal(file: string): Journal {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const journal = new DatabaseSync(file);
  journal.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
  return journal;
}
