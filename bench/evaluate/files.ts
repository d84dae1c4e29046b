import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const unzip = promisify(gunzip);

/** Text of `name` in the folder, or of `name.gz` unpacked. Throws ENOENT where there is neither. */
export async function textOf(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  return existsSync(path) ? readFile(path, 'utf8') : (await unzip(await readFile(`${path}.gz`))).toString('utf8');
}

/** Rows of a CSV with a header, by column. Fields in double quotes may hold commas. */
export async function rowsOf(folder: string, name: string): Promise<Record<string, string>[]> {
  const [header = '', ...lines] = (await textOf(folder, name)).trim().split(/\r?\n/);
  const names = fieldsOf(header);
  return lines.map((line) => {
    const fields = fieldsOf(line);
    return Object.fromEntries(names.map((column, i) => [column, fields[i] ?? '']));
  });
}

function fieldsOf(line: string): string[] {
  const fields = `${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*)),/g);
  return [...fields].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}
