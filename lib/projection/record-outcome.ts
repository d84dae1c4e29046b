import { type CustomerRef } from '../model/customer.ts';
import { type Touchpoint } from '../model/touchpoint.ts';
import { linkIdentity, unresolvedClaims } from '../profile/merge/link-identity.ts';
import {
  advanceCheckpoint,
  asideAt,
  type Checkpoint,
  isProcessed,
  isRebuilt,
  passedAside,
  passedBarrier,
} from '../profile/merge/stream-checkpoint.ts';
import { type VersionedProfile } from '../profile/profile-store.ts';
import { describeFault } from '../shared/errors.ts';
import { hourMs, msBetween, type Instant } from '../shared/time.ts';
import { applyTouchpoint } from './apply-touchpoint.ts';
import { type AppliedRecords, type WriteTerms } from './compose-write.ts';
import { type TouchpointRecord } from './touchpoint-record.ts';

/**
 * A touchpoint stored more than this after its time is a backfill: an import, or a device that was
 * offline. It is folded as usual but triggers no journey.
 */
const backfillAfterMs = hourMs;

/** Limit of a reason kept in the profile until its dead letter is sent, characters. */
const maxReasonLength = 200;

/** What applying a record needs beside the profile. */
export interface ApplyContext extends WriteTerms {
  /** Returns a touchpoint's time, corrected for its source's clock. */
  timeOf: (record: TouchpointRecord, touchpoint: Touchpoint) => Instant;
  /** Returns the stored profile read for an identity that a touchpoint claims. */
  found: (ref: CustomerRef) => VersionedProfile | undefined;
}

/**
 * What became of a record: applied, skipped as processed before, put aside, or a barrier that was
 * passed. Each is the name of a metric.
 */
export type RecordOutcome = 'folded' | 'duplicate' | 'deadLettered' | 'barrier';

/**
 * A record to send to the dead-letter queue, with the reason. `isPassed`: the stored checkpoint has
 * passed the record already, and its dead letter may be missing.
 */
export interface PendingLetter {
  record: TouchpointRecord;
  reason: string;
  isPassed?: boolean;
}

/** The outcome of one record. With `letter`, its reason, the record is put aside. */
export interface RecordResult {
  applied: AppliedRecords;
  outcome: RecordOutcome;
  letter?: PendingLetter;
}

/**
 * Links the identities that a touchpoint claims to the customer. Runs before the touchpoint's facts
 * are folded.
 */
function linkClaims(
  applied: AppliedRecords,
  touchpoint: Touchpoint,
  { at, found }: { at: Instant } & Pick<ApplyContext, 'found'>,
): AppliedRecords {
  let { profile, signals, also } = applied;
  for (const ref of unresolvedClaims(profile, touchpoint)) {
    const link = linkIdentity(profile, ref, { found: found(ref), touchpoint, at });
    if (!link) continue;
    profile = link.profile;
    signals = [...signals, ...link.signals];
    also = [...also, ...link.also];
  }
  return { ...applied, profile, signals, also };
}

/** Applies the content of a record. Without the checkpoint. */
function applyContent(
  applied: AppliedRecords,
  record: TouchpointRecord,
  { rules, timeOf, found }: ApplyContext,
): { applied: AppliedRecords; reason?: string } {
  if ('reason' in record) return { applied, reason: record.reason };
  if ('barrier' in record) return { applied };
  const { touchpoint } = record;
  try {
    const at = timeOf(record, touchpoint);
    const linked = linkClaims(applied, touchpoint, { at, found });
    const isBackfill = msBetween(at, record.storedAt) > backfillAfterMs;
    return { applied: { ...linked, ...applyTouchpoint(linked, { touchpoint, at, isBackfill }, rules) } };
  } catch (error) {
    // A touchpoint that fails to fold is put aside, so that it does not block the records behind
    // it.
    return { applied, reason: describeFault('fold.failed', error) };
  }
}

/**
 * Returns the checkpoint advanced past the record, whether it was folded, put aside or a barrier.
 */
function passRecord(folded: Checkpoint, record: TouchpointRecord, reason: string | undefined): Checkpoint {
  if ('barrier' in record) return passedBarrier(folded, record.position, record.barrier);
  if (reason === undefined) return advanceCheckpoint(folded, record.position);
  return passedAside(folded, record.position, reason.slice(0, maxReasonLength));
}

/** Applies a record that was not processed before, and advances the checkpoint past it. */
export function applyRecord(before: AppliedRecords, record: TouchpointRecord, context: ApplyContext): RecordResult {
  const { applied, reason } = applyContent(before, record, context);
  const { profile } = applied;
  const next = { ...applied, profile: { ...profile, folded: passRecord(profile.folded, record, reason) } };
  if ('barrier' in record) return { applied: next, outcome: 'barrier' };
  if (reason === undefined) return { applied: next, outcome: 'folded' };
  return { applied: next, outcome: 'deadLettered', letter: { record, reason } };
}

/** Skips a record that was processed before. A reason still kept asks for its dead letter. */
export function skipRecord(applied: AppliedRecords, record: TouchpointRecord): RecordResult {
  const reason = asideAt(applied.profile.folded, record.position);
  if (reason === undefined) return { applied, outcome: 'duplicate' };
  return { applied, outcome: 'duplicate', letter: { record, reason, isPassed: true } };
}

/**
 * Returns whether the record was processed before: a redelivery, or covered by `npm run rebuild`.
 */
export function isDone(folded: Checkpoint, { position, redriven }: TouchpointRecord): boolean {
  return isProcessed(folded, position) || (redriven !== undefined && isRebuilt(folded, position.source, redriven));
}
