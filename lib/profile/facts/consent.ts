import { type Touchpoint } from '../../model/touchpoint.ts';
import { valueAtPath as valueAt, isJsonObject, type Json } from '../../shared/json.ts';
import { type Instant } from '../../shared/time.ts';
import { isStorableKey } from './bounded-map.ts';
import { type Profile } from '../../model/profile.ts';

export type Consent = Profile['consent'];

/** Events of Segment's e-mail and mobile specs that give or withdraw consent for one channel. */
const told: Record<string, readonly [channel: string, consents: boolean]> = {
  'Email Subscribed': ['email', true],
  'Email Unsubscribed': ['email', false],
  'Email Marked as Spam': ['email', false],
  'SMS Subscribed': ['sms', true],
  'SMS Unsubscribed': ['sms', false],
  'Push Subscribed': ['push', true],
  'Push Unsubscribed': ['push', false],
};

/**
 * `Subscribed` may mean a plan, so it needs a `channel`. `Unsubscribed` alone means e-mail, the
 * only channel with such links.
 */
function namedByProperty({ name, properties }: Touchpoint): readonly [string, boolean] | undefined {
  if (name !== 'Subscribed' && name !== 'Unsubscribed') return undefined;
  const channel = properties.channel ?? (name === 'Unsubscribed' ? 'email' : undefined);
  return typeof channel === 'string' ? [channel, name === 'Subscribed'] : undefined;
}

const pairsOf = (value: Json | undefined): [string, Json][] => (isJsonObject(value) ? Object.entries(value) : []);

const traitPrefix = 'consent.';

/** Returns whether a trait is consent: `consent: {email: true}` or `consent.email: true`. */
export function isConsentTrait(name: string): boolean {
  return name === 'consent' || name.startsWith(traitPrefix);
}

function fromTraits({ type, properties }: Touchpoint): [string, Json][] {
  if (type !== 'identify') return [];
  const flat = Object.entries(properties).filter(([name]) => name.startsWith(traitPrefix));
  return [
    ...flat.map(([name, value]): [string, Json] => [name.slice(traitPrefix.length), value]),
    ...pairsOf(valueAt(properties, 'consent')),
  ];
}

/**
 * Returns the consent in a touchpoint, by channel or category. Sources are events of subscription,
 * the `consent` trait of an identify, and the category preferences that consent managers put into
 * the context of every call.
 */
export function readConsent(touchpoint: Touchpoint, at: Instant): Consent {
  const own = Object.hasOwn(told, touchpoint.name) ? told[touchpoint.name] : namedByProperty(touchpoint);
  const said = [
    ...pairsOf(valueAt(touchpoint.context, 'consent.categoryPreferences')),
    ...fromTraits(touchpoint),
    ...(own ? [own] : []),
  ];
  const consent: Consent = {};
  for (const [name, value] of said) {
    if (typeof value === 'boolean' && isStorableKey(name)) consent[name] = { value, at };
  }
  return consent;
}
