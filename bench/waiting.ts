import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Figure } from './report.ts';

const run = promisify(execFile);

/** What a runner with very many waiting executions takes, and how punctual it is. */
export interface Waiting {
  executions: number;
  /** Resident memory of the runner's process before the first of them, and with all of them waiting. MB. */
  idleMb: number;
  fullMb: number;
  /** From when one falls due until it goes on, a hundred a second falling due. Milliseconds. */
  p50: number;
  p99: number;
  /** Of ten thousand due at one moment: until the last goes on. Milliseconds. */
  burst: number;
}

/** Measured in a process of its own, whose memory is the runner's alone. */
export async function measureWaiting(): Promise<Waiting> {
  const child = fileURLToPath(new URL('waiting-child.ts', import.meta.url));
  const { stdout } = await run(process.execPath, [child], { maxBuffer: 1 << 20 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Waiting; // the child's own words
}

export function waitingFigures({ executions, idleMb, fullMb, p50, p99, burst }: Waiting): Figure[] {
  const waiting = `runner, ${executions.toLocaleString('en')} executions waiting`;
  return [
    { name: 'runner, idle: memory', value: idleMb, unit: 'MB' },
    { name: `${waiting}: memory`, value: fullMb, unit: 'MB', atMost: 1_000 },
    { name: `${waiting}: wake-up lag p50`, value: p50, unit: 'ms' },
    { name: `${waiting}: wake-up lag p99`, value: p99, unit: 'ms', atMost: 2_000 },
    { name: `${waiting}: 10,000 due at once, last awake`, value: burst, unit: 'ms' },
  ];
}

if (import.meta.main) console.log(await measureWaiting());
