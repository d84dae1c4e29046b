import type * as z from 'zod';

/** An error in a document of a request, with its path: `stages[2].entry.all[0]`. */
export interface Issue {
  path: string;
  message: string;
}

type ZodIssue = z.core.$ZodIssue;

function dotted(path: PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** Of alternatives that all failed, returns the likely intended one: it fails below its root. */
function meant(alternatives: ZodIssue[][]): ZodIssue[] {
  const atRoot = (issues: ZodIssue[]): number => issues.filter(({ path }) => path.length === 0).length;
  return alternatives.toSorted((a, b) => atRoot(a) - atRoot(b) || a.length - b.length)[0] ?? [];
}

/** Returns whether the value is missing. All alternatives report that, so one report is enough. */
const isMissing = (issue: ZodIssue): boolean =>
  issue.code === 'invalid_union'
    ? issue.errors.length > 0 && issue.errors.every((alternative) => alternative.every(isMissing))
    : issue.code === 'invalid_type' && issue.path.length === 0 && issue.message.endsWith('received undefined');

function flatten(issue: ZodIssue, above: PropertyKey[]): Issue[] {
  const path = [...above, ...issue.path];
  const inner = issue.code === 'invalid_union' ? meant(issue.errors) : [];
  // All alternatives fail at the root, so none was intended. The union's own message is reported.
  if (inner.some((deeper) => deeper.path.length > 0)) return inner.flatMap((deeper) => flatten(deeper, path));
  const isEmpty = issue.code === 'invalid_union' && isMissing({ ...issue, path: [] });
  return [{ path: dotted(path), message: isEmpty ? 'Invalid input: nothing stands there' : issue.message }];
}

/** Limit of reported issues. A document with more is corrected and sent again. */
const mostIssues = 100;

/**
 * Limits of a path and a message, characters. Both may repeat a name from the document, which may
 * have megabytes.
 */
const longest = { path: 300, message: 500 };

const short = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text;

/**
 * Returns the issues by path, the first hundred, and one that counts the rest. Of alternatives in a
 * schema it reports those of the likely intended one.
 */
export function issuesOf(error: z.core.$ZodError): Issue[] {
  const all = error.issues.flatMap((issue) => flatten(issue, []));
  const told = all.slice(0, mostIssues).map(({ path, message }) => {
    return { path: short(path, longest.path), message: short(message, longest.message) };
  });
  const left = all.length - told.length;
  return left === 0 ? told : [...told, { path: '', message: `${left} more are left out` }];
}
