import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildDirectory, inputsHash } from '../../tools/build.ts';
import { lock } from '../journal/lock.ts';
import { dayMs } from '#lib/shared/time.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const assemblies = join(buildDirectory, 'assemblies');

/** Assemblies of other inputs are kept so long: a runner may still start functions out of one. */
const keptMs = dayMs;

/**
 * Builds and synthesizes, and returns the folder of the cloud assembly. Equal inputs reuse the
 * folder, so a restart costs a hash. Of several processes one builds and the others wait. Throws
 * the output of `infra/app.ts` if it fails. The build is a process of its own, which completes also
 * if this one is killed.
 */
export async function assemble({ log = () => {} }: { log?: (line: string) => void } = {}): Promise<string> {
  const directory = (): string => join(assemblies, inputsHash());
  if (existsSync(directory())) return touched(directory());
  const { release } = await lock(join(buildDirectory, 'lock'));
  try {
    // Another process may have built it during the wait.
    const wanted = directory();
    if (!existsSync(wanted)) {
      log('building the functions and the template …');
      await buildAndSynthesize(wanted);
      prune();
    }
    return touched(wanted);
  } finally {
    release();
  }
}

async function buildAndSynthesize(directory: string): Promise<void> {
  const fresh = `${directory}.${process.pid}`;
  mkdirSync(assemblies, { recursive: true });
  const env = { ...process.env, CDK_OUTDIR: fresh, CDK_CONTEXT_JSON: JSON.stringify({ env: 'local' }) };
  try {
    await promisify(execFile)(process.execPath, ['infra/app.ts'], { cwd: root, env });
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    const { stderr = '' } = error as { stderr?: string }; // what execFile rejects with
    throw new Error(`infra/app.ts failed:\n${stderr}`, { cause: error });
  }
  renameSync(fresh, directory);
}

/** The folder's own time says when it was last used. */
function touched(directory: string): string {
  const now = new Date();
  utimesSync(directory, now, now);
  return directory;
}

function prune(): void {
  for (const name of readdirSync(assemblies)) {
    const old = join(assemblies, name);
    if (Date.now() - statSync(old).mtimeMs > keptMs) rmSync(old, { recursive: true, force: true });
  }
}
