import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { edgeFunction } from './bundling/build-edge.ts';
import { functionFolders } from '../functions/function-folders.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const edgeEntry = 'functions/ingestion/answer-at-edge/index.ts';
/** The one function that declares constants made by the build. */
const declaring = 'ingestion/describe';

/**
 * Folder of the bundles, `<out>/<word>/<name>/index.mjs`. Each is alone in its folder, which Lambda
 * gets whole.
 */
export const buildDirectory = join(root, '.build');
/** The CloudFront Function, built from `functions/ingestion/answer-at-edge`. */
export const edgeFile = join(buildDirectory, 'ingestion/edge/function.js');

/** Some bundled packages are CommonJS and call `require`, which a module does not have. */
const requireBanner = `import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);`;

/** `1` adds source maps for a debugger of local functions. Deployed bundles carry none. */
const forDebugger = process.env.THROUGHLINE_SOURCE_MAPS === '1';

const functionOptions = {
  absWorkingDir: root,
  bundle: true,
  minify: !forDebugger,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // An import of types alone adds nothing.
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: false } },
  // Tree shaking works on a package's ES modules, not on its CommonJS.
  mainFields: ['module', 'main'],
  conditions: ['module'],
  banner: { js: requireBanner },
  alias: { '@aws-sdk/credential-provider-node': join(root, 'lib/aws/credentials.ts') },
  legalComments: 'none',
  ...(forDebugger && { sourcemap: 'inline' }),
  write: false,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** Result of a build. */
export interface Built {
  /** `<word>/<name>` of each function. */
  functions: string[];
  /** Whether a build was needed. */
  built: boolean;
}

/**
 * Returns a hash of names and contents of all files that a build or a synthesis reads. Equal hashes
 * make equal templates.
 */
export function inputsHash(): string {
  const sources = globSync(['infra/**/*.ts', 'lib/**/*', 'functions/**/*', 'events/**/*'], {
    cwd: root,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name))
    // The runner reads the template and has no part in it.
    .filter((file) => !file.startsWith(join(root, 'infra/local/')));
  const hash = createHash('sha256').update(`${process.version} ${forDebugger}`);
  for (const file of [...sources, join(root, 'package-lock.json'), join(root, 'cdk.json')].sort())
    hash.update(`\0${file.slice(root.length)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/** Names of all functions in AWS, `<word>/<name>`, without the edge function. */
export const functionNames = (): string[] => Object.keys(functionFolders).sort();

function sourceOf(name: string): string {
  const folder = functionFolders[name];
  if (folder === undefined) throw new Error(`no function ${name}: infra/functions/function-folders.ts lists them`);
  return `functions/${folder}/index.ts`;
}

/**
 * Bundles all functions. Does nothing if a build of the same inputs exists. Files appear by rename,
 * so a reader never sees half a file. Throws esbuild's messages, and for an edge function over the
 * limit. esbuild is a separate process, so other work of this one does not slow it down.
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
  // A build whose sources changed under way gets no stamp.
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

/** Options that build one function alone from the current sources. */
const alone = async (name: string) => ({
  ...functionOptions,
  entryPoints: [sourceOf(name)],
  outdir: buildDirectory,
  define: name === declaring ? await constants() : {},
});

/**
 * Returns the bytes of a function's bundle by source file, built from the current sources. Writes
 * nothing.
 */
export async function bytesOf(name: string): Promise<Map<string, number>> {
  const { metafile } = await build({ ...(await alone(name)), metafile: true });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return new Map(inputs.map(([file, { bytesInOutput }]) => [file, bytesInOutput]));
}

/**
 * Returns the source map of a function's bundle as JSON, built from the current sources. Writes
 * nothing.
 */
export async function sourceMapOf(name: string): Promise<string> {
  const { outputFiles } = await build({ ...(await alone(name)), sourcemap: 'external', sourcesContent: false });
  return outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? '';
}

/**
 * Returns the constants made by the build, under their declared names. Their modules are loaded
 * only when something is built.
 */
async function constants(): Promise<Record<string, string>> {
  const { openapiDocument } = await import('../../lib/api/openapi-document.ts');
  return { OPENAPI_DOCUMENT: JSON.stringify(JSON.stringify(openapiDocument())) };
}

async function bundleEdge(): Promise<void> {
  const text = await edgeFunction(join(root, edgeEntry));
  place(edgeFile, text);
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
