import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';

/** A parsed TypeScript file; types are not resolved. `path` is relative to the root and has `/`. */
export interface Module {
  path: string;
  text: string;
  ast: ts.SourceFile;
}

/** A Markdown file. */
export interface Page {
  path: string;
  text: string;
}

export interface SourceTree {
  modules: Module[];
  pages: Page[];
}

/** A place that breaks a rule. `line` starts at 1; a whole file or folder has none. */
export interface Place {
  path: string;
  line?: number;
  detail: string;
}

export interface Rule {
  /** What the rule asks for, in one line. */
  explanation: string;
  find: (tree: SourceTree) => Place[];
}

/** Parses texts by path: `.md` becomes a page, all else a module. */
export function parseTree(texts: Record<string, string>): SourceTree {
  const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
  const isPage = ({ path }: Page): boolean => path.endsWith('.md');
  const parse = ({ path, text }: Page): Module => ({
    ...{ path, text },
    ast: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true),
  });
  return { pages: files.filter(isPage), modules: files.filter((file) => !isPage(file)).map(parse) };
}

/** Reads the modules of lib, functions and infra, and the pages of docs and of the root. */
export function readTree(root: string): SourceTree {
  const found = globSync(['{lib,functions,infra}/**/*.ts', '{lib,functions,infra,docs}/**/*.md', '*.md'], {
    cwd: root,
  });
  const paths = found.map((path) => path.replaceAll('\\', '/')).sort();
  return parseTree(Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')])));
}

export const folderOf = (path: string): string => dirname(path);

/** Folder `lib/<word>` or `functions/<word>` of a file, or its first folder without a second. */
export const wordOf = (path: string): string => folderOf(path).split('/').slice(0, 2).join('/');

export const isIn = (path: string, ...folders: string[]): boolean =>
  folders.some((folder) => path.startsWith(`${folder}/`));

/** Returns the path of an imported file of the repository; undefined for a package. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1); // `imports` of package.json name top folders
  return specifier.startsWith('.') ? posix.join(folderOf(from), specifier) : undefined;
}

/** Line of a position in a text, from 1. */
export const lineAt = (text: string, position: number): number => text.slice(0, position).split('\n').length;

export const lineOf = ({ ast }: Module, node: ts.Node): number =>
  ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1;
