import { type CustomerRef } from '../model/customer.ts';
import { linkIdentity, unresolvedClaims } from '../profile/merge/link-identity.ts';
import { planFirstReview } from '../churn/review-risk.ts';
import { type Touchpoint } from '../model/touchpoint.ts';
import { type Write } from '../aws/table/dynamo-table.ts';
import { transitionRow } from '../profile/stage-transition-row.ts';
import { findMovedDates } from '../journey/scheduling/date-entries.ts';
import { msBetween, type Instant } from '../shared/time.ts';
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

/** What a transaction holds (100 writes) less what one touchpoint may add: three links of two rows and a stage, and the profile. */
const maxWrites = 85;

/** Signals share the profile's item, of at most 400 KB. Characters of JSON at which the rest waits for the next write. */
const maxSignals = 100_000;

/**
 * Who tells us so much later what happened tells us history: an import, or a phone that was long without a net. It is folded like anything
 * else, and lets nobody into a journey.
 */
const backfillAfterMs = 3_600_000;

export interface ApplyContext {
  rules: ProjectionRules;
  now: Instant;
  /** A touchpoint's time by our clock. */
  timeOf: (arrival: TouchpointRecord, touchpoint: Touchpoint) => Instant;
  /** What was read of an identity that a touchpoint claims. */
  found: (ref: CustomerRef) => VersionedProfile | undefined;
}

export type RecordOutcome = 'folded' | 'duplicate' | 'deadLettered' | 'barrier';

/** What arrivals made of a customer: `outcomes` of as many of them as fit one write, and no change where all were folded before. */
export interface ApplyResult {
  change?: ProfileWrite;
  outcomes: RecordOutcome[];
  letters: Letter[];
}

/** Why an arrival is put aside. `isPassed`: the stored profile has passed it already, and its letter may be missing. */
export interface Letter {
  arrival: TouchpointRecord;
  reason: string;
  isPassed?: boolean;
}

interface Accumulator extends ProjectionState {
  also: Write[];
}

/** The identities a touchpoint names become the user's before its facts are folded. */
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

/** The customer after one more arrival; `letter` says why an arrival changed nothing but the position. */
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
    // A touchpoint our own code cannot fold must not hold up its neighbours either.
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

/** What the directory of customers must follow beside joining and leaving: a move to another zone, and dates. */
function indexChanges(before: Profile | undefined, after: Profile, { rules, now }: ApplyContext): ProfileChange[] {
  const { workspace, journeys } = rules;
  const segments = Object.keys(after.segments);
  const hasMoved = before && segments.length > 0 && homeZone(before, workspace) !== homeZone(after, workspace);
  const dates = findMovedDates({ before, after }, { journeys, workspace, now });
  return hasMoved ? [{ type: 'moved', segments, zone: homeZone(after, workspace) }, ...dates] : dates;
}

/** A time at which a segment may lose or gain the customer comes before a later review. */
function reviewOf(profile: Profile, { rules, now }: ApplyContext): Instant {
  const review = planFirstReview(profile, now, rules.assessor);
  const turn = nextMembershipChange(rules.segments ?? [], profile, now);
  return turn !== undefined && turn < review ? turn : review;
}

/**
 * The last put of each item, as a transaction takes one write for each. Two rows of one key arise where a source uses a
 * message id twice: both messages may move the customer, each at the moment the customer was last seen.
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

/** Folded before, as a record that is delivered again or by `npm run rebuild`. */
function isDone(folded: Checkpoint, { position, redriven }: TouchpointRecord): boolean {
  return isProcessed(folded, position) || (redriven !== undefined && isRebuilt(folded, position.source, redriven));
}

/** The position of an arrival is passed, whatever became of it. */
function passed(folded: Checkpoint, arrival: TouchpointRecord, letter: string | undefined): Checkpoint {
  if ('barrier' in arrival) return passedBarrier(folded, arrival.position, arrival.barrier);
  if (letter === undefined) return advanceCheckpoint(folded, arrival.position);
  return passedAside(folded, arrival.position, letter.slice(0, maxAsideLength));
}

/** Characters of a reason that a profile keeps until the letter is sent. */
const maxAsideLength = 200;

/**
 * Folds arrivals of one customer, in order, onto what is stored of it: all that fit one write. Pure, so after a conflict it is simply
 * called again with what was read then. Those folded before are told by their position; what cannot be folded becomes a letter, and
 * its position is passed. Without a profile and without a readable touchpoint there are only letters.
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

/** The profile whose letters of these arrivals are sent. */
export function settle(profile: Profile, letters: Pick<Letter, 'arrival'>[]): Profile {
  const folded = letters.reduce((left, { arrival }) => settledAside(left, arrival.position), profile.folded);
  return { ...profile, folded };
}
