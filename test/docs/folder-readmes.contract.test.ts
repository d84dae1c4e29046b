import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as z from 'zod';

const root = fileURLToPath(new URL('../../', import.meta.url));
const filesOf = (pattern: string): string[] => globSync(pattern, { cwd: root }).sort();

/** The floors of `lib`, the lowest first, as the rules of dependency-cruiser name them. */
const { forbidden } = z
  .object({ forbidden: z.array(z.object({ name: z.string(), from: z.object({ path: z.unknown().optional() }) })) })
  .parse(createRequire(import.meta.url)('../../.dependency-cruiser.cjs'));
const floors = forbidden
  .filter(({ name }) => name.startsWith('floor-'))
  .map(({ from }) => String(from.path).replace(/^\^lib\/|\/$/g, ''));

/** The last floor below the one that a folder stands on; undefined on the lowest. */
function floorBelow(folder: string): string | undefined {
  const index = floors.findIndex((floor) => `${folder}/`.startsWith(`lib/${floor}/`));
  expect(index, `${folder} stands on no floor`).toBeGreaterThanOrEqual(0);
  return floors[index - 1];
}

const readmes = [...filesOf('lib/**/README.md'), ...filesOf('functions/**/README.md')];
const textOf = (readme: string): string => readFileSync(`${root}${readme}`, 'utf8');

test('every folder of lib with files and every word of functions has a README', () => {
  const folders = [
    ...filesOf('lib/**/*.ts').map(dirname),
    ...filesOf('functions/*/*/index.ts').map((file) => dirname(dirname(file))),
  ];
  expect(folders.length).toBeGreaterThan(100);
  expect([...new Set(folders)].filter((folder) => !readmes.includes(`${folder}/README.md`))).toEqual([]);
});

test.each(readmes)('%s has at most 15 lines of 100 characters and names files that exist', (readme) => {
  const lines = textOf(readme).trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(15);
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  const named = [...textOf(readme).matchAll(/`([\w./-]+\.ts)`/g)].map(([, file]) => file!);
  expect(named.filter((file) => !existsSync(`${root}${dirname(readme)}/${file}`))).toEqual([]);
});

test.each(readmes)('functions that %s names are exported by the file it names', (readme) => {
  const examples = [
    ...textOf(readme)
      .replaceAll(/\s+/g, ' ')
      .matchAll(/`(\w+)` in `([\w./-]+\.ts)`/g),
  ];
  const missing = examples.filter(
    ([, name = '', file = '']) =>
      !new RegExp(`^export (async )?(function|const) ${name}\\b`, 'm').test(textOf(`${dirname(readme)}/${file}`)),
  );
  expect(missing.map(([example]) => example)).toEqual([]);
});

const onFloors = readmes.map(dirname).filter((folder) => folder.startsWith('lib/') && folder !== 'lib/journey');

test.each(onFloors)('%s says what it may import as the rules have it', (folder) => {
  const line = /^- May import: ([^]*?)\n- /m.exec(textOf(`${folder}/README.md`))?.[1]?.replaceAll(/\s+/g, ' ') ?? '';
  const below = floorBelow(folder);
  if (below === undefined) expect(line).toContain('nothing else');
  else expect(line).toContain(below === 'shared' ? '`shared`' : `from \`shared\` to \`${below}\``);
});
