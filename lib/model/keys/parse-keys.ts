import { type Customer } from '../customer.ts';
import { type Instant } from '../../shared/time.ts';
import { ranges } from './table-keys.ts';

/** Time and id of a row in a sorted range. */
export interface TimedPlace {
  at: Instant;
  id: string;
}

/**
 * Parses the partition key of a customer's rows: the reverse of `partition`. Workspace ids contain
 * no `#`.
 */
export function parsePartition(pk: string): Customer {
  const separator = pk.indexOf('#');
  return { workspace: pk.slice(0, Math.max(0, separator)), customer: pk.slice(separator + 1) };
}

/** Returns the workspace that any partition key starts with, or '' if the key has no `#`. */
export const parseWorkspace = (pk: string): string => pk.slice(0, Math.max(0, pk.indexOf('#')));

/** Returns a sort key without the prefix of its range, such as one of `ranges`. */
export const stripRange = (sk: string, range: string): string => sk.slice(range.length);

/**
 * Parses the sort key of a row in a sorted range, of `timelineRanges` or `skewRange`. The id may
 * contain `#`. `at` is '' if the key has no id. Does not check the time.
 */
export function parseTimedKey(sk: string, range: string): TimedPlace {
  const end = sk.indexOf('#', range.length);
  return { at: sk.slice(range.length, Math.max(range.length, end)), id: sk.slice(end === -1 ? range.length : end + 1) };
}

/** Parses what follows the range in the sort key of a row in a sorted range. */
export const parsePosition = (position: string): TimedPlace => parseTimedKey(position, '');

/** Returns the prefix of the sort keys of a journey's versions. */
export const journeyVersionPrefix = (journeyId: string): string => `version#${journeyId}#`;

/** Parses the sort key of a date that triggers a journey. Journey ids contain no `#`. */
export function parseDateKey(sk: string): { journeyId: string; trigger: string } {
  const [journeyId = '', trigger = ''] = stripRange(sk, ranges.date).split('#');
  return { journeyId, trigger };
}

/** Parses the sort key of a paused step. None of its parts contains `#`. */
export function parsePausedStepKey(sk: string): { since: Instant; enrolmentId: string; stepId: string } {
  const [since = '', enrolmentId = '', stepId = ''] = sk.split('#');
  return { since, enrolmentId, stepId };
}

/** Returns the version in the sort key of a journey's counters. */
export const parseStatsVersion = (sk: string): number => Number(sk.split('#')[1]);

/**
 * Returns the stage or offer that ends the sort key of a placement's counters. It may contain `#`.
 */
export const parseShardedKey = (sk: string): string => sk.slice(sk.indexOf('#', sk.indexOf('#') + 1) + 1);

/** Returns the first part of a sort key of `byList`: a time, or a member's zone. */
export const parseListStart = (listSk: string): string => listSk.slice(0, Math.max(0, listSk.indexOf('#')));
