import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Takes a lock between processes of this machine, or returns undefined. The system releases it when
 * the holder ends; `release` does so earlier.
 */
export function tryLock(file: string): { release: () => void } | undefined {
  mkdirSync(dirname(file), { recursive: true });
  const lock = new DatabaseSync(file);
  try {
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return { release: () => lock.close() };
  } catch (error) {
    lock.close();
    if (error instanceof Error && error.message.includes('locked')) return undefined;
    throw error;
  }
}

/** Waits until the lock is free. */
export async function lock(file: string): Promise<{ release: () => void }> {
  for (;;) {
    const taken = tryLock(file);
    if (taken) return taken;
    await new Promise((resume) => setTimeout(resume, 50));
  }
}
