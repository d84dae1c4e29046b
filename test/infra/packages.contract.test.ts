import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';

const root = new URL('../../', import.meta.url);
const Packages = z.object({ dependencies: z.record(z.string(), z.string()) });
const { dependencies } = Packages.parse(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')));

/** What runs: the functions, and the library they are made of. */
const sources = globSync('{functions,lib}/**/*.ts', { cwd: root }).map((file) =>
  readFileSync(new URL(file, root), 'utf8'),
);

test.each(Object.keys(dependencies))('%s is needed by what runs, not by tools alone', (name) => {
  const isImported = new RegExp(`(from|import\\() ?'${name}['/]`);
  expect(sources.some((source) => isImported.test(source))).toBe(true);
});
