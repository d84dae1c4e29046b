import { type Touchpoint } from '../../model/touchpoint.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type JsonObject } from '../../shared/json.ts';
import { matches } from '../../predicate/evaluate.ts';
import { type Profile } from '../../model/profile.ts';
import { profileSummaryForTrace } from '../../profile/views/profile-summary.ts';
import { addDuration, type Instant } from '../../shared/time.ts';
import { findHigherPriority } from './admission-rules/competition.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type EntrySlot } from './entry-request.ts';
import { type EntryCounters, isCapReached } from './admission-rules/entry-limits.ts';
import { bucketOf, bucketCount } from '../../model/customer-bucket.ts';

/** Why an entry was rejected, in the order in which `checkAdmission` tests. */
export type EntryRejectionReason =
  /** Draft, paused, closed or stopped. */
  | 'not-live'
  /** The trigger's properties have no value at the entry key's path. */
  | 'no-entry-key'
  | 'holdout'
  | 'excluded'
  | 'already-inside'
  | 'entered-before'
  | 'entered-enough'
  | 'entered-lately'
  /**
   * The customer is enrolled in another journey of the same group, of at least the same priority.
   */
  | 'outranked'
  | 'condition-not-met'
  /** The customer has met the exit criteria since the trigger, or with it. */
  | 'exit-met'
  | 'cap-reached';

/** A rejection and the values that it was decided on. */
export interface EntryRejection {
  reason: EntryRejectionReason;
  because: JsonObject;
}

/** Everything `checkAdmission` decides on. */
export interface AdmissionInput {
  definition: JourneyDefinition;
  workspace: Pick<Workspace, 'holdout'>;
  profile: Profile;
  slot: EntrySlot | undefined;
  /**
   * Touchpoints at or after the trigger. An entry is rejected if one of them meets the exit
   * criteria.
   */
  since: readonly Pick<Touchpoint, 'name' | 'channel' | 'properties'>[];
  counted?: EntryCounters | undefined;
  /** A test person ignores holdouts and caps. */
  test?: boolean | undefined;
  now: Instant;
}

const reject = (reason: EntryRejectionReason, because: JsonObject = {}): EntryRejection => ({ reason, because });

function isInHoldout({ definition, workspace, profile, test }: AdmissionInput): EntryRejection | undefined {
  if (test) return undefined;
  const rules = { workspace: workspace.holdout, journey: definition.holdout };
  for (const [of, rule] of Object.entries(rules)) {
    if (!rule) continue;
    const share = (bucketOf(rule.salt, profile) / bucketCount) * 100;
    if (share < rule.percent) return reject('holdout', { of, percent: rule.percent, drawn: share });
  }
  return undefined;
}

function checkReentry({ definition, slot, now }: AdmissionInput): EntryRejection | undefined {
  if (!slot) return undefined;
  const { active, entries, lastEntered } = slot;
  if (active !== undefined) return reject('already-inside', { enrolmentId: active, lastEntered });
  const policy = definition.entry.reentry;
  if (entries === 0 || policy === 'always') return undefined;
  if (policy === 'never') return reject('entered-before', { entries, lastEntered });
  if (policy.atMost !== undefined && entries >= policy.atMost)
    return reject('entered-enough', { entries, lastEntered });
  if ('after' in policy && now < addDuration(lastEntered, policy.after))
    return reject('entered-lately', { lastEntered });
  return undefined;
}

function rules({ definition, profile, since, now }: AdmissionInput): EntryRejection | undefined {
  const { entry, exit } = definition;
  if (entry.condition && !matches(entry.condition, { profile, now }))
    return reject('condition-not-met', profileSummaryForTrace(profile));
  const met = exit && since.find((touchpoint) => matches(exit, { profile, touchpoint, now }));
  return met && reject('exit-met', { touchpoint: met.name });
}

/**
 * Decides whether a customer may enter. Returns undefined for an admission, or the first reason for
 * a rejection. Pure, so it is safe to repeat.
 */
export function checkAdmission(judging: AdmissionInput): EntryRejection | undefined {
  const { definition, profile, counted, test, now } = judging;
  const out = isInHoldout(judging);
  if (out) return out;
  const { exclude } = definition.entry;
  if (exclude && matches(exclude, { profile, now })) return reject('excluded', profileSummaryForTrace(profile));
  const again = checkReentry(judging);
  if (again) return again;
  const rival = findHigherPriority(definition, profile);
  if (rival) return reject('outranked', { by: rival.journeyId, priority: rival.priority });
  const unfit = rules(judging);
  if (unfit) return unfit;
  if (!test && isCapReached(definition, counted)) return reject('cap-reached', { entered: counted?.entered ?? 0 });
  return undefined;
}
