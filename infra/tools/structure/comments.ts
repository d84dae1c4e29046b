import ts from 'typescript';
import { lineAt, type Module, type Page, type Place, type Rule } from './source-tree.ts';

interface Comment {
  start: number;
  text: string;
}

const commentPattern = /\/\*[^]*?\*\/|\/\/[^\n]*/g;

/**
 * Tokens in which `//` is no comment. Outside of these tokens every `//` and every slash with a
 * star starts a comment.
 */
function isLiteral(node: ts.Node): boolean {
  return ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node) || ts.isRegularExpressionLiteral(node);
}

function findLiterals(ast: ts.SourceFile): ts.Node[] {
  const literals: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (isLiteral(node)) literals.push(node);
    else ts.forEachChild(node, visit);
  };
  visit(ast);
  return literals;
}

function findComments({ ast, text }: Module): Comment[] {
  const literals = findLiterals(ast);
  const starts = [0, ...literals.map((literal) => literal.getEnd())];
  const ends = [...literals.map((literal) => literal.getStart(ast)), text.length];
  return starts.flatMap((start, i) =>
    Array.from(text.slice(start, ends[i]).matchAll(commentPattern), (match) => ({
      start: start + match.index,
      text: match[0],
    })),
  );
}

const words = ['whoever', 'nobody', 'somebody', 'everybody', 'anybody', 'told', 'meanwhile'];

/** Two words may stand on two lines, in a page and in a doc comment. */
const bannedPattern = new RegExp(String.raw`\b(?:${words.join('|')}|by(?:\s|\*)+itself)\b`, 'gi');

function findBanned({ path, text }: Page, comment: Comment): Place[] {
  return Array.from(comment.text.matchAll(bannedPattern), ({ 0: word, index }) => ({
    ...{ path, line: lineAt(text, comment.start + index) },
    detail: word.replace(/[\s*]+/, ' '),
  }));
}

const maxWidth = 100;

export const bannedWords: Rule = {
  explanation: `Comments and docs name their subject, and do without ${words.join(', ')}, by itself.`,
  find: ({ modules, pages }) => [
    ...modules.flatMap((module) => findComments(module).flatMap((comment) => findBanned(module, comment))),
    ...pages.flatMap((page) => findBanned(page, { start: 0, text: page.text })),
  ],
};

/**
 * Lines that begin with a comment or within one. Prettier wraps the code before any other comment.
 */
function findWide({ path, text }: Page, { start, text: comment }: Comment): Place[] {
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const first = lineAt(text, start);
  const isBehindCode = text.slice(lineStart, start).trim() !== '';
  return `${text.slice(lineStart, start)}${comment}`.split('\n').flatMap(({ length }, i) => {
    if (length <= maxWidth || (i === 0 && isBehindCode)) return [];
    return [{ path, line: first + i, detail: `${length} wide` }];
  });
}

export const wideComments: Rule = {
  explanation: `A line of a comment is at most ${maxWidth} characters wide.`,
  find: ({ modules }) =>
    modules.flatMap((module) => findComments(module).flatMap((comment) => findWide(module, comment))),
};
