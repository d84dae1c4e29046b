import { type Predicate } from './predicate.ts';

/** A predicate that holds no other. */
export type PredicateLeaf = Exclude<Predicate, { all: unknown } | { any: unknown } | { not: unknown }>;

/** What a fold makes of each kind of predicate, given what it made of the parts. */
interface PredicateFold<T> {
  all(parts: T[]): T;
  any(parts: T[]): T;
  not(part: T, predicate: Predicate): T;
  leaf(leaf: PredicateLeaf): T;
}

/** Folds a predicate from its leaves up. Visits every part. */
export function foldPredicate<T>(predicate: Predicate, fold: PredicateFold<T>): T {
  if ('all' in predicate) return fold.all(predicate.all.map((part) => foldPredicate(part, fold)));
  if ('any' in predicate) return fold.any(predicate.any.map((part) => foldPredicate(part, fold)));
  if ('not' in predicate) return fold.not(foldPredicate(predicate.not, fold), predicate.not);
  return fold.leaf(predicate);
}

/** Returns all leaves of a predicate in order, at any depth, also below `not`. */
export function leavesOf(predicate: Predicate): PredicateLeaf[] {
  const leaves: PredicateLeaf[] = [];
  everyLeaf(predicate, (leaf) => leaves.push(leaf) > 0);
  return leaves;
}

/**
 * Returns whether `test` holds for every leaf, at any depth. Stops at the first for which it does
 * not.
 */
export function everyLeaf(predicate: Predicate, test: (leaf: PredicateLeaf) => boolean): boolean {
  if ('all' in predicate) return predicate.all.every((part) => everyLeaf(part, test));
  if ('any' in predicate) return predicate.any.every((part) => everyLeaf(part, test));
  return 'not' in predicate ? everyLeaf(predicate.not, test) : test(predicate);
}
