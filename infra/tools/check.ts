import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Programs of `node_modules/.bin`, the longest first, so that short ones fill the other processor.
 */
const steps: Record<string, string[]> = {
  lint: ['eslint', '.', '--max-warnings', '0'],
  types: ['tsc', '-p', '.'],
  template: ['node', 'infra/tools/check-template.ts'],
  format: ['prettier', '--check', '--log-level', 'warn', '.'],
  rules: ['depcruise', '--output-type', 'err-long', 'infra', 'functions', 'lib', 'test', 'bench'],
  'dead code': ['knip', '--no-progress'],
};

/** Runs a program and returns its output. */
function run([program = '', ...args]: string[]): Promise<{ ok: boolean; said: string }> {
  return new Promise((resolve) => {
    const path = `${root}node_modules/.bin:${process.env.PATH ?? ''}`;
    const child = spawn(program, args, { cwd: root, env: { ...process.env, PATH: path } });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    const end = (ok: boolean, why = ''): void => resolve({ ok, said: `${Buffer.concat(said).toString()}${why}` });
    child.on('error', (error) => end(false, String(error)));
    child.on('close', (code) => end(code === 0));
  });
}

/** Runs a step, prints one line about it, and the program's output if it failed. */
async function check(name: string, command: string[]): Promise<boolean> {
  const start = performance.now();
  const { ok, said } = await run(command);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(10)} ${seconds.padStart(6)} s`);
  if (!ok) console.log(said.trimEnd());
  return ok;
}

/**
 * `npm run check [-- <step> …]`: runs all steps or those named, one a processor at a time. Returns
 * false if one fails.
 */
async function checkAll(names: string[]): Promise<boolean> {
  const unknown = names.filter((name) => !Object.hasOwn(steps, name));
  if (unknown.length > 0) throw new Error(`no step ${unknown.join(', ')}: there is ${Object.keys(steps).join(', ')}`);
  const queue = Object.entries(steps).filter(([name]) => names.length === 0 || names.includes(name));
  let ok = true;
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) ok = (await check(...next)) && ok;
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return ok;
}

if (!(await checkAll(process.argv.slice(2)))) process.exitCode = 1;
