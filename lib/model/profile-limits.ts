/**
 * What keeps a profile one small item, whatever its customer sends: about 1 KB for ordinary ones, never past 100 KB. First come, first
 * kept: only past these limits does the order of arrival show.
 */
export const profileLimits = {
  /** Touchpoint names counted on their own. */
  names: 100,
  traits: 100,
  channels: 20,
  consents: 20,
  /** Channels whose hours are kept. */
  hours: 4,
  decisions: 10,
  /** Goals of journeys and variants waited for; the oldest are given up. */
  goals: 20,
  /** Identities whose history is the customer's; private browsing makes a new one each week. */
  linked: 50,
} as const;
/** What names past the bound are counted under. */
export const overflowKey = '~other';
