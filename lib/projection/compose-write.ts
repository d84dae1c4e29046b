import { type Write } from '../aws/table/dynamo-table.ts';
import { planFirstReview } from '../churn/review-risk.ts';
import { findMovedDates } from '../journey/scheduling/date-entries.ts';
import { type ProfileChange } from '../model/profile-change.ts';
import { type Profile } from '../model/profile.ts';
import { homeZone } from '../profile/facts/home-zone.ts';
import { type ProfileWrite } from '../profile/profile-store.ts';
import { transitionRow } from '../profile/stage-transition-row.ts';
import { nextMembershipChange } from '../segment/membership.ts';
import { type Instant } from '../shared/time.ts';
import { dropExpired } from './drop-expired.ts';
import { type ProjectionRules, type ProjectionState } from './projection-state.ts';

/** The state after the records of one write, with the writes that belong into its transaction. */
export interface AppliedRecords extends ProjectionState {
  also: Write[];
}

/** The rules that a write follows, and its time. */
export interface WriteTerms {
  rules: ProjectionRules;
  now: Instant;
}

/** Returns the index changes beside joining and leaving: a change of time zone, and moved dates. */
function indexChanges(before: Profile | undefined, after: Profile, { rules, now }: WriteTerms): ProfileChange[] {
  const { workspace, journeys } = rules;
  const segments = Object.keys(after.segments);
  const hasMoved = before && segments.length > 0 && homeZone(before, workspace) !== homeZone(after, workspace);
  const dates = findMovedDates({ before, after }, { journeys, workspace, now });
  return hasMoved ? [{ type: 'moved', segments, zone: homeZone(after, workspace) }, ...dates] : dates;
}

/**
 * Returns the time of the next review, or of the next segment change by time alone if that is
 * earlier.
 */
function planReview(profile: Profile, { rules, now }: WriteTerms): Instant {
  const review = planFirstReview(profile, now, rules.assessor);
  const change = nextMembershipChange(rules.segments ?? [], profile, now);
  return change !== undefined && change < review ? change : review;
}

/**
 * Keeps the last put of each key, because a transaction accepts one write per item. Two rows share
 * a key if a source reuses a message id: both messages may cause a transition at the same
 * `lastSeen`.
 */
function distinctPuts(writes: Write[]): Write[] {
  const lastOf = new Map<string, Write>();
  for (const write of writes) if ('put' in write) lastOf.set(`${write.put.pk} ${write.put.sk}`, write);
  return writes.filter((write) => !('put' in write) || lastOf.get(`${write.put.pk} ${write.put.sk}`) === write);
}

/** Returns the write of a profile after records were applied. `before` is the profile read. */
export function composeWrite(before: Profile | undefined, applied: AppliedRecords, terms: WriteTerms): ProfileWrite {
  const { profile, signals, transitions, also } = applied;
  const rows = transitions.map((transition) => transitionRow(profile, transition));
  const kept = dropExpired(profile, terms.now);
  return {
    profile: { ...kept, nextReview: planReview(kept, terms) },
    signals: [...signals, ...indexChanges(before, profile, terms)],
    also: distinctPuts([...also, ...rows]),
  };
}
