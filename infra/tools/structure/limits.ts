import { type RuleName } from './rules.ts';

/** How many places may break a rule; 0 for a rule that is not listed. Limits are only lowered. */
export const limits: Partial<Record<RuleName, number>> = {
  'files named like folders': 2,
  'long files': 27,
  'long functions': 80,
  'long inner functions': 201,
  'exports without doc': 126,
  'banned words': 123,
  'wide comments': 603,
};
