import { bannedWords, wideComments } from './comments.ts';
import { innerFunctions, longFunctions } from './functions.ts';
import { exportsWithoutDoc, filesNamedLikeFolders, repeatedExports, repeatedFileNames } from './names.ts';
import { fullFolders, longFiles } from './sizes.ts';
import { type Rule } from './source-tree.ts';

export const rules = {
  'repeated exports': repeatedExports,
  'repeated file names': repeatedFileNames,
  'files named like folders': filesNamedLikeFolders,
  'full folders': fullFolders,
  'long files': longFiles,
  'long functions': longFunctions,
  'long inner functions': innerFunctions,
  'exports without doc': exportsWithoutDoc,
  'banned words': bannedWords,
  'wide comments': wideComments,
} satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;
