import { Workspace } from '../model/workspace.ts';
import { matches } from '../predicate/evaluate.ts';
import { type Profile } from '../model/profile.ts';
import { type Instant, addMs, dayMs, minuteMs } from '../shared/time.ts';
import { type RiskModel } from './risk-model.ts';
import { purchaseHistoryOfDays } from './purchase-model/key-day-history.ts';
import { type ChurnDefinition, keyEventsOf, defaultChurnDefinition } from '../model/churn-definition.ts';
import { customerStateOf } from './fitted-model/model-score.ts';
import { type ChurnRisk, type RiskReason, type RiskBand } from '../model/churn-risk.ts';
import { scoreRisk, bandOf, churnProbability } from './heuristic-score.ts';

type Rules = Pick<Workspace, 'purchaseEvents' | 'churn'>;

/**
 * Limit of the search for a change of band, ms. A customer without one by then is reviewed after
 * the next touchpoint.
 */
const farthestMs = 730 * dayMs;

/** Returns whether the definition includes this customer. */
export function isEligible(definition: ChurnDefinition, profile: Profile, now: Instant): boolean {
  const { leastDays = 0, where } = definition.eligible;
  const days = profile.keyDays ? profile.keyDays.recent.length + (profile.keyDays.older?.days ?? 0) : 0;
  return days >= leastDays && (where === undefined || matches(where, { profile, now }));
}

/**
 * Returns the profile with key events in place of purchases, if the workspace has its own. Their
 * revenue is 0, because the worth of a key event is in `keyDays`.
 */
function asPurchases(profile: Profile, { churn }: Rules): Profile {
  if (!churn?.keyEvents) return profile;
  const tallies = churn.keyEvents.flatMap((name) => profile.counts[name] ?? []);
  const [first] = tallies.map((tally) => tally.first).sort();
  const last = tallies
    .map((tally) => tally.last)
    .sort()
    .at(-1);
  const n = tallies.reduce((sum, tally) => sum + tally.n, 0);
  const purchases = { n, revenue: 0, ...(first !== undefined && { first }), ...(last !== undefined && { last }) };
  return { ...profile, purchases };
}

/** Reasons on rhythm and silence refer to key events if these are not purchases. */
const asKeyEvents = (reason: RiskReason): RiskReason => ({
  ...reason,
  feature: reason.feature.replace('silence', 'quiet').replace('rhythm', 'pace'),
});

const termsOf = ({ churn }: Rules): ChurnDefinition => churn ?? defaultChurnDefinition;

/**
 * Returns the band at a time without further touchpoints, or undefined for an ineligible customer.
 */
function defaultBandAt(rules: Rules, profile: Profile, at: Instant): RiskBand | undefined {
  const terms = termsOf(rules);
  if (!isEligible(terms, profile, at)) return undefined;
  return bandOf(churnProbability(asPurchases(profile, rules), at, terms), terms.bands);
}

/**
 * Finds the change of band by bisection, because silence only raises the risk: twenty scores, no
 * read.
 */
function findBandChange(rules: Rules, profile: Profile, now: Instant): Instant | undefined {
  const band = defaultBandAt(rules, profile, now);
  let [same, other] = [0, farthestMs];
  if (defaultBandAt(rules, profile, addMs(now, other)) === band) return undefined;
  while (other - same > minuteMs) {
    const middle = Math.floor((same + other) / 2);
    if (defaultBandAt(rules, profile, addMs(now, middle)) === band) same = middle;
    else other = middle;
  }
  return addMs(now, other);
}

function assessByDefault(rules: Rules, profile: Profile, now: Instant): ChurnRisk | undefined {
  const terms = termsOf(rules);
  if (!isEligible(terms, profile, now)) return undefined;
  const { horizonDays } = terms;
  const risk = scoreRisk(asPurchases(profile, rules), now, terms);
  const habit = profile.keyDays && purchaseHistoryOfDays(profile.keyDays);
  const validUntil = findBandChange(rules, profile, now);
  return {
    ...risk,
    ...(rules.churn?.keyEvents && { reasons: risk.reasons.map(asKeyEvents) }),
    ...(habit && { state: customerStateOf(habit, { now: Date.parse(now) / dayMs, horizonDays, band: risk.band }) }),
    ...(validUntil !== undefined && { validUntil }),
  };
}

/**
 * The cold-start model (`heuristic-score.ts`), used before training and for customers without a
 * model's inputs.
 */
export function createDefaultRiskModel(rules: Rules): RiskModel {
  return {
    keyEvents: keyEventsOf(rules),
    bandAt: (profile, at) => defaultBandAt(rules, profile, at),
    bandChange: (profile, now) => findBandChange(rules, profile, now),
    assess: (profile, now) => assessByDefault(rules, profile, now),
  };
}

/** The model of a workspace without settings. */
export const defaultRiskModel = createDefaultRiskModel(Workspace.parse({ id: 'any', name: 'Any' }));
