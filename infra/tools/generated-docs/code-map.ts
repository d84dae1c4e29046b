import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface FolderEntry {
  folder: string;
  purpose: string;
  mainFile: string;
}

/**
 * Reads the first paragraph of a README and its line `- Main file:`. Throws where one of them is
 * missing.
 */
function readFolder(readme: string): FolderEntry {
  const folder = readme.slice(0, -'/README.md'.length);
  const [, purpose, ...rest] = readFileSync(`${root}${readme}`, 'utf8').split('\n\n');
  const mainFile = /^- Main file: \[`([^`]+)`\]/m.exec(rest.join('\n'))?.[1];
  if (!purpose || !mainFile) throw new Error(`${readme} has no first paragraph, or no line "- Main file:"`);
  return { folder, purpose: purpose.replaceAll('\n', ' '), mainFile };
}

/** Lines of the page for the READMEs below one folder, sorted by path. */
function linesOf(top: string): string[] {
  return globSync(`${top}/**/README.md`, { cwd: root })
    .sort()
    .map(readFolder)
    .map(
      ({ folder, purpose, mainFile }) =>
        `- [\`${folder}/\`](../${folder}/README.md): ${purpose} Main file: \`${folder}/${mainFile}\`.`,
    );
}

/** The page `docs/code-map.md`: one line for each README below `lib` and `functions`. */
export function codeMapPage(): string {
  return [
    '# Code map',
    '',
    'Where is what: one line for each folder, made from the READMEs of the folders by `npm run docs`. Which folder may import',
    'which is explained in [decisions/layout.md](decisions/layout.md).',
    '',
    '## lib',
    '',
    ...linesOf('lib'),
    '',
    '## functions',
    '',
    ...linesOf('functions'),
    '',
  ].join('\n');
}
