import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...globSync('docs/**/*.md', { cwd: root }),
].sort();
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8').replaceAll(/^```[^]*?^```/gm, '');

test.each(pages)('every file that %s links to exists', (page) => {
  const targets = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!.replace(/#.*/, ''));
  const relative = targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
  expect(relative.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
});

/** Places such as `lib/<word>/` and `lib/a/{b,c}.ts` stand for several paths and are not looked up. */
test.each(pages)('every path of the tree that %s names exists', (page) => {
  const named = [...textOf(page).matchAll(/`((?:lib|functions|infra|test|bench|events|docs)\/[\w./-]*)`/g)];
  expect(named.map(([, path]) => path!).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
