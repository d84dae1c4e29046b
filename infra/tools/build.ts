import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { functionFolders } from '../functions/function-folders.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const edgeEntry = 'functions/ingestion/answer-at-edge/index.ts';
/** The one function that declares texts made at build time. */
const declaring = 'ingestion/describe';

/** Where the bundles lie: `<out>/<word>/<name>/index.mjs`, each alone in its folder, which is what Lambda gets. */
export const buildDirectory = join(root, '.build');
/** The CloudFront Function, made of `functions/ingestion/answer-at-edge`. */
export const edgeFile = join(buildDirectory, 'ingestion/edge/function.js');

/** CloudFront's limit for the text of one function. */
const maxEdgeBytes = 10_240;

/** Some packages inside are CommonJS and call `require`, which a module does not have. */
const requireBanner = `import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);`;

/** Set to `1` while a debugger is to step through the sources of a local function. Deployed bundles carry no source maps. */
const forDebugger = process.env.THROUGHLINE_SOURCE_MAPS === '1';

const functionOptions = {
  absWorkingDir: root,
  bundle: true,
  minify: !forDebugger,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // An import of types alone brings in nothing.
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: false } },
  // The ES modules of a package can be shaken; its CommonJS cannot.
  mainFields: ['module', 'main'],
  conditions: ['module'],
  banner: { js: requireBanner },
  alias: { '@aws-sdk/credential-provider-node': join(root, 'lib/aws/credentials.ts') },
  legalComments: 'none',
  ...(forDebugger && { sourcemap: 'inline' }),
  write: false,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** JavaScript runtime 2.0 of CloudFront Functions: ES 5.1 and a part of what came later. What it lacks must fail here, not there. */
const edgeLacks = {
  'array-spread': false,
  class: false,
  'default-argument': false,
  destructuring: false,
  'for-of': false,
  generator: false,
  'object-accessors': false,
};

export interface Built {
  /** `<word>/<name>` of each function. */
  functions: string[];
  /** Whether anything had to be built. */
  built: boolean;
}

/** Hash of every file that a build or a synth reads, names and contents. Equal hashes make equal templates. */
export function inputsHash(): string {
  const sources = globSync(['infra/**/*.ts', 'lib/**/*', 'functions/**/*', 'events/**/*'], {
    cwd: root,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name))
    // The runner reads the template, it has no part in it.
    .filter((file) => !file.startsWith(join(root, 'infra/local/')));
  const hash = createHash('sha256').update(`${process.version} ${forDebugger}`);
  for (const file of [...sources, join(root, 'package-lock.json'), join(root, 'cdk.json')].sort())
    hash.update(`\0${file.slice(root.length)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/** Names of all functions in AWS, `<word>/<name>`, the edge function apart. */
export const functionNames = (): string[] => Object.keys(functionFolders).sort();

function sourceOf(name: string): string {
  const folder = functionFolders[name];
  if (folder === undefined) throw new Error(`no function ${name}: infra/functions/function-folders.ts lists them`);
  return `functions/${folder}/index.ts`;
}

/**
 * Bundles all functions. Nothing is done when a build of the same inputs lies there. Files appear by rename, so that a reader never meets
 * half a file. Throws with esbuild's messages, and for an edge function too large. esbuild is a program of its own: what this process does
 * meanwhile takes no time away from it.
 */
export async function buildFunctions(): Promise<Built> {
  const functions = functionNames();
  const stampFile = join(buildDirectory, 'stamp');
  const stamp = inputsHash();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return { functions, built: false };
  rmSync(stampFile, { force: true });
  await Promise.all([
    bundle(functions.filter((name) => name !== declaring)),
    constants().then((define) => bundle([declaring], define)),
    bundleEdge(),
  ]);
  // Sources that changed under the build make it nobody's.
  if (inputsHash() === stamp) place(stampFile, stamp);
  return { functions, built: true };
}

async function bundle(functions: string[], define: Record<string, string> = {}): Promise<void> {
  const entryPoints = functions.map((name) => ({ in: sourceOf(name), out: `${name}/index` }));
  const { outputFiles } = await build({
    ...functionOptions,
    entryPoints,
    outdir: buildDirectory,
    outExtension: { '.js': '.mjs' },
    define,
  });
  for (const { path, contents } of outputFiles) place(path, contents);
}

/** How a function would be built now, by itself. */
const alone = async (name: string) => ({
  ...functionOptions,
  entryPoints: [sourceOf(name)],
  outdir: buildDirectory,
  define: name === declaring ? await constants() : {},
});

/** Bytes of a function's bundle by the file they come of, as it would be built now. Nothing is written. */
export async function bytesOf(name: string): Promise<Map<string, number>> {
  const { metafile } = await build({ ...(await alone(name)), metafile: true });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return new Map(inputs.map(([file, { bytesInOutput }]) => [file, bytesInOutput]));
}

/** Source map of a function's bundle, as JSON, of the sources that lie here now. Nothing is written. */
export async function sourceMapOf(name: string): Promise<string> {
  const { outputFiles } = await build({ ...(await alone(name)), sourcemap: 'external', sourcesContent: false });
  return outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? '';
}

/** Texts made at build time, under the name a function declares for each. What makes them is loaded only when there is something to build. */
async function constants(): Promise<Record<string, string>> {
  const { openapiDocument } = await import('../../lib/api/openapi-document.ts');
  return { OPENAPI_DOCUMENT: JSON.stringify(JSON.stringify(openapiDocument())) };
}

async function bundleEdge(): Promise<void> {
  const text = await edgeFunction(join(root, edgeEntry));
  place(edgeFile, text);
}

/** The text of a CloudFront Function from a module that exports `handler`. Throws when it needs what CloudFront lacks. */
export async function edgeFunction(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2017',
    supported: edgeLacks,
    external: ['cloudfront'],
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  });
  const text = asScript(outputFiles[0]?.text ?? '');
  const bytes = Buffer.byteLength(text);
  if (bytes > maxEdgeBytes) throw new Error(`the edge function has ${bytes} bytes, CloudFront takes ${maxEdgeBytes}`);
  return text;
}

/** CloudFront calls a global function `handler` and knows no exports. */
function asScript(text: string): string {
  const [exported, name] = /export\s*\{\s*([\w$]+)(?:\s+as\s+handler)?\s*\};?\s*$/.exec(text) ?? [];
  if (exported === undefined || name === undefined)
    throw new Error('the edge function must export `handler` and nothing else');
  const body = text.slice(0, -exported.length);
  return name === 'handler' ? body : `${body}function handler(event){return ${name}(event)}\n`;
}

function place(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, content);
  renameSync(fresh, file);
}

if (import.meta.main) {
  const { functions, built } = await buildFunctions();
  console.log(built ? `built ${functions.length} functions` : `${functions.length} functions are up to date`);
}
