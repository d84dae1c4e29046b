import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { answering, freePort, startChild } from './engine-process.ts';
import { type Engine, type EnginePlace } from './engine-contract.ts';

/** Timeout of the start, ms. It takes 25–45 ms; the rest is for a busy machine. */
const patienceMs = 10_000;

/**
 * Indexes that keep a write at 0.25–0.5 ms. Without them dynoxide scans for sequence numbers and
 * records, so writes slow down as the stream grows.
 */
const streamIndexes = `
CREATE INDEX IF NOT EXISTS throughline_sequence ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
CREATE INDEX IF NOT EXISTS throughline_shard ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER));`;

/** Path of the binary that npm installed for this machine, or undefined. */
export function dynoxideBinary(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `@dynoxide/${process.platform}-${process.arch}/package.json`,
    );
    const binary = `${dirname(manifest)}/dynoxide`;
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Adds the indexes. Throws if the stream table is missing, as in an unknown version of dynoxide,
 * because its writes would slow down.
 */
function addStreamIndexes(file: string): void {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA busy_timeout = 5000');
    const table = database
      .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_stream_records'")
      .get();
    if (!table) throw new Error(`${file}: no table _stream_records; this dynoxide is not version 1.2.1`);
    database.exec(streamIndexes);
  } finally {
    database.close();
  }
}

/** Starts dynoxide on a file, which it creates. A kill loses nothing acknowledged. */
export async function startDynoxide(binary: string, { file, port }: EnginePlace): Promise<Engine> {
  mkdirSync(dirname(file), { recursive: true });
  const on = port ?? (await freePort());
  const command = [binary, 'serve', '--host', '127.0.0.1', '--port', String(on), '--db-path', file];
  const child = await startChild(command, { pidFile: `${file}.pid` });
  const endpoint = `http://127.0.0.1:${on}`;
  try {
    await answering(endpoint, child, patienceMs);
    addStreamIndexes(file);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { kind: 'dynoxide', endpoint, streamFile: file, ended: child.ended, stop: () => child.stop() };
}
