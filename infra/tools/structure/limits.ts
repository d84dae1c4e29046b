import { type RuleName } from './rules.ts';

/** How many places may break a rule; 0 for a rule that is not listed. Limits are only lowered. */
export const limits: Partial<Record<RuleName, number>> = {
  'files named like folders': 2,
  'long files': 23,
  'long functions': 79,
  'long inner functions': 200,
  'exports without doc': 212,
  'banned words': 592,
  'wide comments': 1940,
};
