import { mergeKeyDayLists, dayIndex, oneKeyDay } from './key-days.ts';
import { type KeyDays, type Profile, type EventTally } from '../../model/profile.ts';
import { keyEventsOf } from '../../model/churn-definition.ts';
import { type Touchpoint } from '../../model/touchpoint.ts';
import { type Workspace } from '../../model/workspace.ts';
import { isJsonObject, type Json } from '../../shared/json.ts';
import { type Instant, minInstant, maxInstant } from '../../shared/time.ts';
import { readAnswers, mergeAnswers } from './survey-answers.ts';
import { mergeBoundedMaps, isStorableKey, isStorableTrait } from './bounded-map.ts';
import { overflowKey, profileLimits } from '../../model/profile-limits.ts';
import { readConsent, isConsentTrait } from './consent.ts';
import { Emotion } from './emotion.ts';
import { mergeHours, readHours } from './engagement-hours.ts';
import { lastWriteWins } from './last-write-wins.ts';
import { mergePurchases, worthOf } from './purchases.ts';

/** The facts of a profile that touchpoints alone determine. */
export type ProfileFacts = Pick<
  Profile,
  | 'firstSeen'
  | 'lastSeen'
  | 'traits'
  | 'counts'
  | 'channels'
  | 'hours'
  | 'purchases'
  | 'keyDays'
  | 'answers'
  | 'consent'
>;

function traitsIn({ type, properties, context }: Touchpoint, at: Instant): ProfileFacts['traits'] {
  const { timezone, locale } = context;
  const told: Record<string, Json> = {
    ...(typeof timezone === 'string' && { timezone }),
    ...(typeof locale === 'string' && { locale }),
    ...(Emotion.safeParse(properties.emotion).success && { emotion: properties.emotion }),
    ...(isJsonObject(context.traits) && context.traits),
    ...(type === 'identify' && properties),
  };
  const traits: ProfileFacts['traits'] = {};
  for (const [name, value] of Object.entries(told)) {
    if (!isConsentTrait(name) && isStorableTrait(name, value)) traits[name] = { value, at };
  }
  return traits;
}

/** Returns the facts of one touchpoint, as of a customer with no other touchpoint. */
export function factsOf(touchpoint: Touchpoint, at: Instant, workspace: Workspace): ProfileFacts {
  const name = isStorableKey(touchpoint.name) ? touchpoint.name : overflowKey;
  const bought = workspace.purchaseEvents.includes(touchpoint.name);
  return {
    firstSeen: at,
    lastSeen: at,
    traits: traitsIn(touchpoint, at),
    counts: { [name]: { n: 1, first: at, last: at } },
    channels: isStorableKey(touchpoint.channel) ? { [touchpoint.channel]: at } : {},
    hours: isStorableKey(touchpoint.channel) ? readHours(touchpoint, at, workspace) : {},
    purchases: bought ? { n: 1, revenue: worthOf(touchpoint), first: at, last: at } : { n: 0, revenue: 0 },
    ...(keyEventsOf(workspace).includes(touchpoint.name) && {
      keyDays: oneKeyDay({ day: dayIndex(Date.parse(at)), worth: worthOf(touchpoint) }),
    }),
    answers: readAnswers(touchpoint, at),
    consent: readConsent(touchpoint, at),
  };
}

const combineTallies = (a: EventTally, b: EventTally): EventTally => ({
  n: a.n + b.n,
  first: minInstant(a.first, b.first),
  last: maxInstant(a.last, b.last),
});

function mergeKeyDays({ keyDays: a }: ProfileFacts, { keyDays: b }: ProfileFacts): Pick<ProfileFacts, 'keyDays'> {
  const keyDays: KeyDays | undefined = a && b ? mergeKeyDayLists(a, b) : (a ?? b);
  return keyDays ? { keyDays } : {};
}

/**
 * Merges the facts of two histories of one customer. Commutative and associative within the limits,
 * so touchpoints fold to the same facts in any order, and profiles may be merged after folding.
 * Traits, answers and consent keep the value of the latest event time.
 */
export function mergeFacts(a: ProfileFacts, b: ProfileFacts): ProfileFacts {
  return {
    firstSeen: minInstant(a.firstSeen, b.firstSeen),
    lastSeen: maxInstant(a.lastSeen, b.lastSeen),
    traits: mergeBoundedMaps(a.traits, b.traits, { combine: lastWriteWins, most: profileLimits.traits }),
    counts: mergeBoundedMaps(a.counts, b.counts, {
      combine: combineTallies,
      most: profileLimits.names,
      overflow: overflowKey,
    }),
    channels: mergeBoundedMaps(a.channels, b.channels, { combine: maxInstant, most: profileLimits.channels }),
    hours: mergeBoundedMaps(a.hours, b.hours, { combine: mergeHours, most: profileLimits.hours }),
    purchases: mergePurchases(a.purchases, b.purchases),
    ...mergeKeyDays(a, b),
    answers: mergeAnswers(a.answers, b.answers),
    consent: mergeBoundedMaps(a.consent, b.consent, { combine: lastWriteWins, most: profileLimits.consents }),
  };
}

/**
 * Returns the profile with one more touchpoint, in any order. `at` is the time corrected for the
 * source's clock. Not idempotent: the caller skips processed positions
 * (`lib/profile/merge/stream-checkpoint.ts`).
 */
export function foldFacts(
  profile: Profile,
  touchpoint: Touchpoint,
  { at, workspace }: { at: Instant; workspace: Workspace },
): Profile {
  return { ...profile, ...mergeFacts(profile, factsOf(touchpoint, at, workspace)) };
}
