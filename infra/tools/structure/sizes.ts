import { folderOf, type Rule } from './source-tree.ts';

const maxFiles = 15;
const maxLines = 200;

/** Files that may be longer: each is one schema, read as a table. A split makes it no clearer. */
const schemas = ['lib/journey/definition/step.ts', 'infra/local/template/resources.ts'];

export const fullFolders: Rule = {
  explanation: `A folder holds at most ${maxFiles} TypeScript files: group them in folders by what they are for.`,
  find: ({ modules }) =>
    [...Map.groupBy(modules, ({ path }) => folderOf(path))]
      .filter(([, files]) => files.length > maxFiles)
      .map(([path, files]) => ({ path, detail: `${files.length} files` })),
};

export const longFiles: Rule = {
  explanation: `A file has at most ${maxLines} lines, except the schemas named in sizes.ts.`,
  find: ({ modules }) =>
    modules
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ path, lines }) => lines > maxLines && !schemas.includes(path))
      .map(({ path, lines }) => ({ path, detail: `${lines} lines` })),
};
