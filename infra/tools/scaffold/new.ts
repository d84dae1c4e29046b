import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { insertImport, insertRow, type Scaffold } from './edit.ts';
import { scaffoldFunction } from './function.ts';
import { scaffoldReport } from './report.ts';
import { scaffoldStep } from './step.ts';

const kebab = '[a-z][a-z0-9]*(-[a-z0-9]+)*';

const kinds: Record<string, { name: RegExp; example: string; scaffold: (name: string) => Scaffold }> = {
  function: { name: new RegExp(`^[a-z]+/${kebab}$`), example: 'profile/find-duplicates', scaffold: scaffoldFunction },
  step: { name: /^[a-z][A-Za-z0-9]*$/, example: 'rateLimit', scaffold: scaffoldStep },
  report: { name: new RegExp(`^${kebab}$`), example: 'repeat-purchases', scaffold: scaffoldReport },
};

const usage = [
  'npm run new -- KIND NAME writes the files and rows of a new part, which compile, and says what is left to do.',
  ...Object.entries(kinds).map(([kind, { example }]) => `  npm run new -- ${kind} ${example}`),
].join('\n');

/**
 * Returns the new text of each file, those to be created and those to be changed. Writes nothing.
 */
export function applyScaffold({ files, rows, imports }: Scaffold, root: string): Map<string, string> {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const read = (path: string): string => texts.get(path) ?? readFileSync(join(root, path), 'utf8');
  for (const { path } of files) if (existsSync(join(root, path))) throw new Error(`${path} exists`);
  for (const line of imports) texts.set(line.path, insertImport(read(line.path), line));
  for (const row of rows) texts.set(row.path, insertRow(read(row.path), row));
  return texts;
}

async function main([kind = '', name = '']: string[]): Promise<void> {
  const chosen = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!chosen?.name.test(name)) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const scaffold = chosen.scaffold(name);
  for (const [path, text] of applyScaffold(scaffold, root)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), await format(text, { ...(await resolveConfig(join(root, path))), filepath: path }));
    console.log(path);
  }
  console.log(['', 'Next:', ...scaffold.next.map((step, i) => `${i + 1}. ${step}`)].join('\n'));
}

if (import.meta.main) await main(process.argv.slice(2));
