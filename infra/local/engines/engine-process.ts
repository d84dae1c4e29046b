import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { pause } from '#lib/shared/retry.ts';

/** A child process that ends with this one. */
export interface EngineProcess {
  /** Rejects with the output when the process ends. */
  ended: Promise<never>;
  /** Asks it to end, insists after two seconds, and waits until it is gone. */
  stop(): Promise<void>;
}

/**
 * Runs "$@", and kills it when standard input closes, which the system does however the parent
 * ends. The first line printed is the process id.
 */
const tie = `
exec 3<&0
"$@" </dev/null 3<&- & child=$!
echo $child
{ read -r _; kill -9 $child; } <&3 >/dev/null 2>&1 & watch=$!
exec 3<&-
wait $child; code=$?
kill $watch
exit $code`;

const stopMs = 2_000;

const lookMs = 10;

/**
 * Start time of a process in ticks since boot, which tells it from a later one of the same id.
 * Undefined if it is gone.
 */
function startedAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

const identityOf = (pid: number): string => `${pid} ${startedAt(pid) ?? ''}`;

function pidIfAlive(identity: string): number | undefined {
  const pid = Number(identity.split(' ')[0]);
  return startedAt(pid) !== undefined && identityOf(pid) === identity ? pid : undefined;
}

/** The living processes of a pid file: the child and the runner that started it. */
function alive(pidFile: string): { child?: number | undefined; owner?: number | undefined } | undefined {
  try {
    const [child = '', owner = ''] = readFileSync(pidFile, 'utf8').split('\n');
    return { child: pidIfAlive(child), owner: pidIfAlive(owner) };
  } catch {
    return undefined;
  }
}

/** Whether the pid file exists and all its processes are gone. */
export function findOrphans(pidFile: string): boolean {
  const found = alive(pidFile);
  return found !== undefined && found.child === undefined && found.owner === undefined;
}

/**
 * Ends the child of a killed run. Throws if that run is alive, because two engines would corrupt
 * one file.
 */
async function takeOver(pidFile: string): Promise<void> {
  const { child, owner } = alive(pidFile) ?? {};
  if (child === undefined) return;
  if (owner !== undefined) throw new Error(`${pidFile}: in use by process ${owner}; stop it or choose another --data`);
  process.kill(child, 'SIGKILL');
  while (alive(pidFile)?.child === child) await pause(lookMs);
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
    });
  });
}

/** Starts a process that ends with this one, after ending the one of `pidFile`. */
export async function startChild(command: string[], where: { pidFile: string; cwd?: string }): Promise<EngineProcess> {
  await takeOver(where.pidFile);
  // Own process group: Ctrl-C reaches only the runner, which stops the engine last.
  const shell = spawn('/bin/sh', ['-c', tie, 'sh', ...command], { cwd: where.cwd, detached: true, stdio: 'pipe' });
  let printed = '';
  shell.stderr.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-2_000)));
  let stopping = false;
  const exited = new Promise<void>((resolve) => shell.on('exit', () => resolve()));
  const ended = exited.then(() => {
    shell.stdin.destroy();
    if (stopping) return new Promise<never>(() => undefined);
    throw new Error(`${command[0] ?? ''} ended: ${printed.trim() || `exit code ${shell.exitCode ?? 'none'}`}`);
  });
  ended.catch(() => undefined);
  const pid = Number(await Promise.race([firstLine(shell), ended]));
  writeFileSync(where.pidFile, `${identityOf(pid)}\n${identityOf(process.pid)}\n`);
  return {
    ended,
    async stop() {
      if (stopping) return exited;
      stopping = true;
      if (shell.exitCode === null) process.kill(pid, 'SIGTERM');
      const insist = setTimeout(() => shell.stdin.destroy(), stopMs);
      await exited;
      clearTimeout(insist);
      rmSync(where.pidFile, { force: true });
    },
  };
}

/**
 * Ports outside the ephemeral range, so that no other process is assigned the port before the
 * engine listens.
 */
const ports = { from: 20_000, to: 32_000 };

/** Returns a free port of the loopback interface. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(ports.from, ports.to);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (free) await new Promise((closed) => server.close(closed));
  return free;
}

/** Resolves when the endpoint answers. Throws after `patienceMs`, or what `child.ended` throws. */
export async function answering(endpoint: string, child: EngineProcess, patienceMs: number): Promise<void> {
  await Promise.race([pollUntilAnswer(endpoint, performance.now() + patienceMs), child.ended]);
}

async function pollUntilAnswer(endpoint: string, until: number): Promise<void> {
  for (;;) {
    try {
      await fetch(endpoint, { signal: AbortSignal.timeout(1_000) }).then((response) => response.arrayBuffer());
      return;
    } catch (cause) {
      if (performance.now() > until) throw new Error(`${endpoint} does not answer`, { cause });
      await pause(lookMs);
    }
  }
}
