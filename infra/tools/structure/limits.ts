import { type RuleName } from './rules.ts';

/** How many places may break a rule; 0 for a rule that is not listed. Limits are only lowered. */
export const limits: Partial<Record<RuleName, number>> = {};
