import { type Profile } from '../../model/profile.ts';

/**
 * Whether the customer had not joined before the time a report is about: by the first touchpoint of a name, of any name without one. A
 * customer with more names than a profile counts is taken at the word of the touchpoints.
 */
export function isNewIn(
  { firstSeen, counts }: Profile,
  { from, joins }: { from: number; joins?: string | undefined },
): boolean {
  const joined = joins === undefined ? firstSeen : Object.hasOwn(counts, joins) ? counts[joins]?.first : undefined;
  return joined === undefined || Date.parse(joined) >= from;
}
