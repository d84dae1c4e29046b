import { type CustomerRef } from '../model/customer.ts';
import { linkIdentity, unresolvedClaims } from '../profile/merge/link-identity.ts';
import { planFirstReview } from '../churn/review-risk.ts';
import { type Touchpoint } from '../model/touchpoint.ts';
import { type Write } from '../aws/table/dynamo-table.ts';
import { transitionRow } from '../profile/stage-transition-row.ts';
import { findMovedDates } from '../journey/scheduling/date-entries.ts';
import { msBetween, type Instant, hourMs } from '../shared/time.ts';
import { type TouchpointRecord } from './touchpoint-record.ts';
import {
  asideAt,
  type Checkpoint,
  advanceCheckpoint,
  isProcessed,
  isRebuilt,
  passedAside,
  passedBarrier,
  settledAside,
} from '../profile/merge/stream-checkpoint.ts';
import { newProfile, type Profile } from '../model/profile.ts';
import { applyTouchpoint, type ProjectionState, type ProjectionRules, dropExpired } from './apply-touchpoint.ts';
import { nextMembershipChange } from '../segment/membership.ts';
import { type ProfileChange } from '../model/profile-change.ts';
import { type ProfileWrite, type VersionedProfile } from '../profile/profile-store.ts';
import { homeZone } from '../profile/facts/home-zone.ts';

/**
 * Rows beside the profile that one transaction may write. DynamoDB takes 100 writes. One touchpoint
 * may add 7 (three links of two rows, a stage transition), and the profile is one.
 */
const maxWrites = 85;

/**
 * Limit of the signals in one profile write, characters of JSON. Signals share the profile's item
 * of at most 400 KB. The remaining records wait for the next write.
 */
const maxSignals = 100_000;

/**
 * A touchpoint stored more than this after its time is a backfill, ms: an import, or a device that
 * was offline. It is folded as usual but triggers no journey.
 */
const backfillAfterMs = hourMs;

/** What `applyRecords` needs beside the profile and the records. */
export interface ApplyContext {
  rules: ProjectionRules;
  now: Instant;
  /** Returns a touchpoint's time, corrected for its source's clock. */
  timeOf: (arrival: TouchpointRecord, touchpoint: Touchpoint) => Instant;
  /** Returns the stored profile read for an identity that a touchpoint claims. */
  found: (ref: CustomerRef) => VersionedProfile | undefined;
}

/**
 * What became of a record: applied, skipped as processed before, put aside, or a barrier that was
 * passed.
 */
export type RecordOutcome = 'folded' | 'duplicate' | 'deadLettered' | 'barrier';

/**
 * Result of `applyRecords`. `outcomes` covers the leading records that fit one write. `change` is
 * absent if all of them were duplicates.
 */
export interface ApplyResult {
  change?: ProfileWrite;
  outcomes: RecordOutcome[];
  letters: Letter[];
}

/**
 * A record to send to the dead-letter queue, with the reason. `isPassed`: the stored checkpoint has
 * passed the record already, and its dead letter may be missing.
 */
export interface Letter {
  arrival: TouchpointRecord;
  reason: string;
  isPassed?: boolean;
}

interface Accumulator extends ProjectionState {
  also: Write[];
}

/**
 * Links the identities that a touchpoint claims to the customer. Runs before the touchpoint's facts
 * are folded.
 */
function applyLink(
  progress: Accumulator,
  touchpoint: Touchpoint,
  { at, found }: { at: Instant } & Pick<ApplyContext, 'found'>,
) {
  let { profile, signals, also } = progress;
  for (const ref of unresolvedClaims(profile, touchpoint)) {
    const made = linkIdentity(profile, ref, { found: found(ref), touchpoint, at });
    if (!made) continue;
    profile = made.profile;
    signals = [...signals, ...made.signals];
    also = [...also, ...made.also];
  }
  return { ...progress, profile, signals, also };
}

/**
 * Applies one record. With `letter`, the record is put aside and changes nothing but the
 * checkpoint.
 */
function applyRecord(
  progress: Accumulator,
  arrival: TouchpointRecord,
  { rules, timeOf, found }: ApplyContext,
): { progress: Accumulator; letter?: string } {
  if ('reason' in arrival) return { progress, letter: arrival.reason };
  if ('barrier' in arrival) return { progress };
  const { touchpoint } = arrival;
  try {
    const at = timeOf(arrival, touchpoint);
    const together = applyLink(progress, touchpoint, { at, found });
    const isHistory = msBetween(at, arrival.storedAt) > backfillAfterMs;
    return { progress: { ...together, ...applyTouchpoint(together, { touchpoint, at, isHistory }, rules) } };
  } catch (error) {
    // A touchpoint that fails to fold is put aside, so that it does not block the records behind
    // it.
    return { progress, letter: `fold.failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function isFull({ signals, transitions, also }: Accumulator): boolean {
  return (
    also.length + transitions.length >= maxWrites ||
    (signals.length > 20 && JSON.stringify(signals).length > maxSignals)
  );
}

function initialProfile(
  stored: VersionedProfile | undefined,
  arrivals: TouchpointRecord[],
  { timeOf }: ApplyContext,
): Profile | undefined {
  if (stored) return stored.profile;
  const first = arrivals.find((arrival) => 'touchpoint' in arrival);
  if (!first || !('touchpoint' in first)) return undefined;
  const { workspace, position } = first;
  return newProfile({ workspace, customer: position.source }, timeOf(first, first.touchpoint));
}

/** Returns the index changes beside joining and leaving: a change of time zone, and moved dates. */
function indexChanges(before: Profile | undefined, after: Profile, { rules, now }: ApplyContext): ProfileChange[] {
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
function reviewOf(profile: Profile, { rules, now }: ApplyContext): Instant {
  const review = planFirstReview(profile, now, rules.assessor);
  const turn = nextMembershipChange(rules.segments ?? [], profile, now);
  return turn !== undefined && turn < review ? turn : review;
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

function changeOf(before: Profile | undefined, progress: Accumulator, advancing: ApplyContext): ProfileWrite {
  const { profile, signals, transitions, also } = progress;
  const rows = transitions.map((transition) => transitionRow(profile, transition));
  const tidy = dropExpired(profile, advancing.now);
  return {
    profile: { ...tidy, nextReview: reviewOf(tidy, advancing) },
    signals: [...signals, ...indexChanges(before, profile, advancing)],
    also: distinctPuts([...also, ...rows]),
  };
}

/**
 * Returns whether the record was processed before: a redelivery, or covered by `npm run rebuild`.
 */
function isDone(folded: Checkpoint, { position, redriven }: TouchpointRecord): boolean {
  return isProcessed(folded, position) || (redriven !== undefined && isRebuilt(folded, position.source, redriven));
}

/**
 * Returns the checkpoint advanced past the record, whether it was folded, put aside or a barrier.
 */
function passed(folded: Checkpoint, arrival: TouchpointRecord, letter: string | undefined): Checkpoint {
  if ('barrier' in arrival) return passedBarrier(folded, arrival.position, arrival.barrier);
  if (letter === undefined) return advanceCheckpoint(folded, arrival.position);
  return passedAside(folded, arrival.position, letter.slice(0, maxAsideLength));
}

/** Limit of a reason kept in the profile until its dead letter is sent, characters. */
const maxAsideLength = 200;

/**
 * Applies records of one customer in order, as many as fit one write. Pure, so a conflict is
 * retried with the profile read again. Processed records are skipped by position; one that cannot
 * be folded is put aside and passed. Without a profile and a readable touchpoint it returns dead
 * letters only.
 */
export function applyRecords(
  stored: VersionedProfile | undefined,
  arrivals: TouchpointRecord[],
  advancing: ApplyContext,
): ApplyResult {
  const letters: ApplyResult['letters'] = [];
  const outcomes: RecordOutcome[] = [];
  const profile = initialProfile(stored, arrivals, advancing);
  if (!profile) return { outcomes: arrivals.map(outcomeOf), letters: arrivals.flatMap(unreadable) };
  let progress: Accumulator = { profile, signals: [], transitions: [], also: [] };
  for (const arrival of arrivals) {
    const { folded } = progress.profile;
    if (isDone(folded, arrival)) {
      const reason = asideAt(folded, arrival.position);
      if (reason !== undefined) letters.push({ arrival, reason, isPassed: true });
      outcomes.push('duplicate');
      continue;
    }
    if (isFull(progress)) break;
    const { progress: next, letter } = applyRecord(progress, arrival, advancing);
    if (letter !== undefined) letters.push({ arrival, reason: letter });
    outcomes.push('barrier' in arrival ? 'barrier' : letter === undefined ? 'folded' : 'deadLettered');
    progress = { ...next, profile: { ...next.profile, folded: passed(next.profile.folded, arrival, letter) } };
  }
  const moved = outcomes.some((outcome) => outcome !== 'duplicate');
  return { outcomes, letters, ...(moved && { change: changeOf(stored?.profile, progress, advancing) }) };
}

const outcomeOf = (arrival: TouchpointRecord): RecordOutcome => ('barrier' in arrival ? 'barrier' : 'deadLettered');

const unreadable = (arrival: TouchpointRecord): Letter[] =>
  'reason' in arrival ? [{ arrival, reason: arrival.reason }] : [];

/**
 * Returns the profile without the kept reasons of these records, once their dead letters are sent.
 */
export function settle(profile: Profile, letters: Pick<Letter, 'arrival'>[]): Profile {
  const folded = letters.reduce((left, { arrival }) => settledAside(left, arrival.position), profile.folded);
  return { ...profile, folded };
}
