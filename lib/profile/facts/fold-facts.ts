import { combineKeyDays, dayOf, oneKeyDay } from './key-days.ts';
import { type KeyDays, type Profile, type Tally } from '../../model/profile.ts';
import { keyEventsOf } from '../../model/churn-definition.ts';
import { type Touchpoint } from '../../model/touchpoint.ts';
import { type Workspace } from '../../model/workspace.ts';
import { isJsonObject, type Json } from '../../shared/json.ts';
import { type Instant, earlier, later } from '../../shared/time.ts';
import { answersIn, combineAnswers } from './survey-answers.ts';
import { combineMaps, isKeepable, isKeepableTrait } from './bounded-map.ts';
import { otherName, bounds } from '../../model/profile-limits.ts';
import { consentIn, isConsentTrait } from './consent.ts';
import { Emotion } from './emotion.ts';
import { combineHours, hoursIn } from './engagement-hours.ts';
import { latest } from './last-write-wins.ts';
import { combinePurchases, worthOf } from './purchases.ts';

/** What touchpoints alone tell of a customer. */
export type Facts = Pick<
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

function traitsIn({ type, properties, context }: Touchpoint, at: Instant): Facts['traits'] {
  const { timezone, locale } = context;
  const told: Record<string, Json> = {
    ...(typeof timezone === 'string' && { timezone }),
    ...(typeof locale === 'string' && { locale }),
    ...(Emotion.safeParse(properties.emotion).success && { emotion: properties.emotion }),
    ...(isJsonObject(context.traits) && context.traits),
    ...(type === 'identify' && properties),
  };
  const traits: Facts['traits'] = {};
  for (const [name, value] of Object.entries(told)) {
    if (!isConsentTrait(name) && isKeepableTrait(name, value)) traits[name] = { value, at };
  }
  return traits;
}

/** One touchpoint's facts: the profile of a customer who did this and nothing else. */
export function factsOf(touchpoint: Touchpoint, at: Instant, workspace: Workspace): Facts {
  const name = isKeepable(touchpoint.name) ? touchpoint.name : otherName;
  const bought = workspace.purchaseEvents.includes(touchpoint.name);
  return {
    firstSeen: at,
    lastSeen: at,
    traits: traitsIn(touchpoint, at),
    counts: { [name]: { n: 1, first: at, last: at } },
    channels: isKeepable(touchpoint.channel) ? { [touchpoint.channel]: at } : {},
    hours: isKeepable(touchpoint.channel) ? hoursIn(touchpoint, at, workspace) : {},
    purchases: bought ? { n: 1, revenue: worthOf(touchpoint), first: at, last: at } : { n: 0, revenue: 0 },
    ...(keyEventsOf(workspace).includes(touchpoint.name) && {
      keyDays: oneKeyDay({ day: dayOf(Date.parse(at)), worth: worthOf(touchpoint) }),
    }),
    answers: answersIn(touchpoint, at),
    consent: consentIn(touchpoint, at),
  };
}

const combineTallies = (a: Tally, b: Tally): Tally => ({
  n: a.n + b.n,
  first: earlier(a.first, b.first),
  last: later(a.last, b.last),
});

function bothKeyDays({ keyDays: a }: Facts, { keyDays: b }: Facts): Pick<Facts, 'keyDays'> {
  const keyDays: KeyDays | undefined = a && b ? combineKeyDays(a, b) : (a ?? b);
  return keyDays ? { keyDays } : {};
}

/**
 * The facts of two histories of one customer. Commutative and associative while no bound is reached, so touchpoints fold to the same
 * in any order, and two folded profiles merge to what folding all into one had given. Counts, sums, first and last by arithmetic;
 * traits, answers and consent by event time.
 */
export function combineFacts(a: Facts, b: Facts): Facts {
  return {
    firstSeen: earlier(a.firstSeen, b.firstSeen),
    lastSeen: later(a.lastSeen, b.lastSeen),
    traits: combineMaps(a.traits, b.traits, { combine: latest, most: bounds.traits }),
    counts: combineMaps(a.counts, b.counts, { combine: combineTallies, most: bounds.names, overflow: otherName }),
    channels: combineMaps(a.channels, b.channels, { combine: later, most: bounds.channels }),
    hours: combineMaps(a.hours, b.hours, { combine: combineHours, most: bounds.hours }),
    purchases: combinePurchases(a.purchases, b.purchases),
    ...bothKeyDays(a, b),
    answers: combineAnswers(a.answers, b.answers),
    consent: combineMaps(a.consent, b.consent, { combine: latest, most: bounds.consents }),
  };
}

/**
 * The profile after one more touchpoint, in whatever order they come. `at` is the touchpoint's time corrected for its source's clock.
 * Not idempotent: who folds keeps count of what was folded (`lib/profile/merge/stream-checkpoint.ts`).
 */
export function fold(
  profile: Profile,
  touchpoint: Touchpoint,
  { at, workspace }: { at: Instant; workspace: Workspace },
): Profile {
  return { ...profile, ...combineFacts(profile, factsOf(touchpoint, at, workspace)) };
}
