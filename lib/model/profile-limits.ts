/**
 * Limits that keep a profile one small item: about 1 KB for ordinary customers, at most 100 KB. The
 * first entries are kept, so only past a limit does the order of touchpoints matter.
 */
export const profileLimits = {
  /** Touchpoint names that are counted separately. */
  names: 100,
  traits: 100,
  channels: 20,
  consents: 20,
  /** Channels with stored hours. */
  hours: 4,
  decisions: 10,
  /** Open goals of journeys and variants. Past the limit the oldest are dropped. */
  goals: 20,
  /** Linked identities. Private browsing creates a new one each week. */
  linked: 50,
} as const;
/** The name that counts touchpoints past the limit. */
export const overflowKey = '~other';
