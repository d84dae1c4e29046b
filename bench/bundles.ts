import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { buildDirectory, buildFunctions } from '../infra/tools/build.ts';
import { assemble } from '../infra/local/template/assembly.ts';
import { readAssembly } from '../infra/local/template/template.ts';
import { median } from './figures.ts';

const run = promisify(execFile);

const referenceEntry = new URL('reference/index.ts', import.meta.url).pathname;

export interface Bundle {
  name: string;
  bytes: number;
  /** Import of the bundle in a fresh process, milliseconds, median. */
  importMs: number;
}

export interface ColdStart {
  collectBytes: number;
  /** Import and first call in a fresh process, milliseconds, median: `collect` and the reference taken in turn. */
  collectMs: number;
  referenceMs: number;
}

/** The reference as esbuild makes it when nothing but the target is said. */
async function buildReference(folder: string): Promise<string> {
  const outfile = join(folder, 'reference.mjs');
  const banner = { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" };
  await build({
    entryPoints: [referenceEntry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    banner,
  });
  return outfile;
}

const bundleOf = (name: string): string => join(buildDirectory, name, 'index.mjs');

async function timed(args: string[], env: Record<string, string>): Promise<number> {
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...env } });
  return Number(stdout.trim().split('\n').at(-1));
}

const importOnly = (bundle: string): string[] => [
  '--input-type=module',
  '-e',
  `const s=performance.now();await import(${JSON.stringify(bundle)});process.stdout.write(String(performance.now()-s));process.exit(0)`,
];

const lambdaEnv = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
};

/** Size and import time of every function's bundle. */
export async function measureBundles({ rounds }: { rounds: number }): Promise<Bundle[]> {
  const { functions } = await buildFunctions();
  const template = readAssembly(await assemble());
  const variables = (name: string) =>
    template.functions.find(({ ref }) => ref.endsWith(`-${name.replace('/', '-')}`))?.environment;
  const bundles: Bundle[] = [];
  for (const name of functions) {
    const bundle = bundleOf(name);
    const times: number[] = [];
    for (let i = 0; i < rounds; i++) times.push(await timed(importOnly(bundle), { ...lambdaEnv, ...variables(name) }));
    bundles.push({ name, bytes: statSync(bundle).size, importMs: median(times) });
  }
  return bundles;
}

/** Both functions store one touchpoint in the engine at `endpoint`, which has the table and the key `wk_local`. */
export async function measureColdStart(at: { endpoint: string; table: string; rounds: number }): Promise<ColdStart> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
  try {
    const reference = await buildReference(folder);
    const harness = new URL('cold-start.ts', import.meta.url).pathname;
    const message = {
      userId: 'cold',
      event: 'Order Completed',
      messageId: 'cold-1',
      timestamp: '2026-11-22T10:00:00.000Z',
    };
    const event = JSON.stringify({
      routeKey: 'POST /v1/{kind}',
      rawPath: '/v1/track',
      pathParameters: { kind: 'track' },
      headers: {
        authorization: `Basic ${Buffer.from('wk_local:').toString('base64')}`,
        'content-type': 'application/json',
      },
      requestContext: { requestId: 'cold', http: { method: 'POST', path: '/v1/track' } },
      body: JSON.stringify(message),
      isBase64Encoded: false,
    });
    const env = { ...lambdaEnv, AWS_ENDPOINT_URL_DYNAMODB: at.endpoint, TABLE_NAME: at.table };
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let i = 0; i < at.rounds; i++) {
      ours.push(await timed([harness, bundleOf('ingestion/collect'), event], env));
      theirs.push(await timed([harness, reference, event], env));
    }
    return {
      collectBytes: statSync(bundleOf('ingestion/collect')).size,
      collectMs: median(ours),
      referenceMs: median(theirs),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
