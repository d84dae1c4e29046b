import { basename } from 'node:path';
import { findExports, findImports } from './exports.ts';
import { folderOf, isIn, wordOf, type Place, type Rule } from './source-tree.ts';

/** Every function has these three. */
const allowedTwice = ['Env', 'handler', 'createHandler'];

/** One place for each of the items that has a key of an earlier item. */
function findRepeats<T>(items: T[], keyOf: (item: T) => string, placeOf: (item: T, first: T) => Place): Place[] {
  return [...Map.groupBy(items, keyOf).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : others.map((item) => placeOf(item, first)),
  );
}

export const repeatedExports: Rule = {
  explanation: `An exported name exists once in lib, so that a search finds one thing (allowed: ${allowedTwice.join(', ')}).`,
  find: ({ modules }) =>
    findRepeats(
      modules
        .filter(({ path }) => isIn(path, 'lib'))
        .flatMap(findExports)
        .filter(({ name }) => !allowedTwice.includes(name)),
      ({ name }) => name,
      ({ name, path, line }, first) => ({ path, line, detail: `${name} is also in ${first.path}:${first.line}` }),
    ),
};

export const repeatedFileNames: Rule = {
  explanation: 'A file name exists once in a word of lib, that is in lib/<word> and the folders below it.',
  find: ({ modules }) =>
    findRepeats(
      modules.filter(({ path }) => isIn(path, 'lib')),
      ({ path }) => `${wordOf(path)} ${basename(path)}`,
      ({ path }, first) => ({ path, detail: `is named like ${first.path}` }),
    ),
};

export const filesNamedLikeFolders: Rule = {
  explanation: 'A file of lib does not repeat the name of its folder: it says what the folder does not.',
  find: ({ modules }) =>
    modules
      .filter(({ path }) => isIn(path, 'lib') && basename(path, '.ts') === basename(folderOf(path)))
      .map(({ path }) => ({ path, detail: 'is named like its folder' })),
};

export const exportsWithoutDoc: Rule = {
  explanation: 'What another folder of lib or functions imports from lib has a doc comment.',
  find: ({ modules }) => {
    const readers = modules.filter(({ path }) => isIn(path, 'lib', 'functions'));
    const imports = readers.flatMap(findImports).filter(({ from, to }) => folderOf(from) !== folderOf(to));
    const imported = new Set(imports.map(({ to, name }) => `${to} ${name}`));
    return modules
      .filter(({ path }) => isIn(path, 'lib'))
      .flatMap(findExports)
      .filter(({ path, name, hasDoc }) => !hasDoc && (imported.has(`${path} ${name}`) || imported.has(`${path} *`)))
      .map(({ path, line, name }) => ({ path, line, detail: name }));
  },
};
