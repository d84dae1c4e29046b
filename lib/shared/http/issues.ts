import type * as z from 'zod';

/** What is wrong with a document somebody sent, and where: `stages[2].entry.all[0]`. */
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

/** Of the alternatives that all failed, the one that was probably meant: it fails below its root rather than at it. */
function meant(alternatives: ZodIssue[][]): ZodIssue[] {
  const atRoot = (issues: ZodIssue[]): number => issues.filter(({ path }) => path.length === 0).length;
  return alternatives.toSorted((a, b) => atRoot(a) - atRoot(b) || a.length - b.length)[0] ?? [];
}

/** Nothing stands there: every alternative says so, and together they would say less. */
const isMissing = (issue: ZodIssue): boolean =>
  issue.code === 'invalid_union'
    ? issue.errors.length > 0 && issue.errors.every((alternative) => alternative.every(isMissing))
    : issue.code === 'invalid_type' && issue.path.length === 0 && issue.message.endsWith('received undefined');

function flatten(issue: ZodIssue, above: PropertyKey[]): Issue[] {
  const path = [...above, ...issue.path];
  const inner = issue.code === 'invalid_union' ? meant(issue.errors) : [];
  // All alternatives fail at the root: none of them was meant, and the union's own message says as much.
  if (inner.some((deeper) => deeper.path.length > 0)) return inner.flatMap((deeper) => flatten(deeper, path));
  const isEmpty = issue.code === 'invalid_union' && isMissing({ ...issue, path: [] });
  return [{ path: dotted(path), message: isEmpty ? 'Invalid input: nothing stands there' : issue.message }];
}

/** Faults that are told: who mends so many sends the document again. */
const mostIssues = 100;

/** Longest path and message, in characters: both may repeat a name of the document, which may be of megabytes. */
const longest = { path: 300, message: 500 };

const short = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text;

/**
 * Faults by their paths, the first hundred; one more says how many are left out. Where a schema allows alternatives, those of the
 * alternative that was probably meant.
 */
export function issuesOf(error: z.core.$ZodError): Issue[] {
  const all = error.issues.flatMap((issue) => flatten(issue, []));
  const told = all.slice(0, mostIssues).map(({ path, message }) => {
    return { path: short(path, longest.path), message: short(message, longest.message) };
  });
  const left = all.length - told.length;
  return left === 0 ? told : [...told, { path: '', message: `${left} more are left out` }];
}
