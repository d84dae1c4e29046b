import { type Profile } from '../../model/profile.ts';

/**
 * Returns whether the customer joined in the time of a report: had no earlier touchpoint of that
 * name, or of any name without one. If the profile does not count the name, the touchpoints read
 * decide.
 */
export function isNewIn(
  { firstSeen, counts }: Profile,
  { from, joins }: { from: number; joins?: string | undefined },
): boolean {
  const joined = joins === undefined ? firstSeen : Object.hasOwn(counts, joins) ? counts[joins]?.first : undefined;
  return joined === undefined || Date.parse(joined) >= from;
}
