import { newProfile, type Profile } from '../model/profile.ts';
import { settledAside } from '../profile/merge/stream-checkpoint.ts';
import { type ProfileWrite, type VersionedProfile } from '../profile/profile-store.ts';
import { type AppliedRecords, composeWrite } from './compose-write.ts';
import {
  type ApplyContext,
  applyRecord,
  isDone,
  type PendingLetter,
  type RecordOutcome,
  skipRecord,
} from './record-outcome.ts';
import { type TouchpointRecord } from './touchpoint-record.ts';

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
 * Result of `applyRecords`. `outcomes` covers the leading records that fit one write. `change` is
 * absent if all of them were duplicates.
 */
export interface ApplyResult {
  change?: ProfileWrite;
  outcomes: RecordOutcome[];
  letters: PendingLetter[];
}

function isFull({ signals, transitions, also }: AppliedRecords): boolean {
  return (
    also.length + transitions.length >= maxWrites ||
    (signals.length > 20 && JSON.stringify(signals).length > maxSignals)
  );
}

function initialProfile(
  stored: VersionedProfile | undefined,
  records: TouchpointRecord[],
  { timeOf }: ApplyContext,
): Profile | undefined {
  if (stored) return stored.profile;
  const first = records.find((record) => 'touchpoint' in record);
  if (!first || !('touchpoint' in first)) return undefined;
  const { workspace, position } = first;
  return newProfile({ workspace, customer: position.source }, timeOf(first, first.touchpoint));
}

/** Without a profile there is no checkpoint to advance, so the records get dead letters only. */
function refuseAll(records: TouchpointRecord[]): ApplyResult {
  return {
    outcomes: records.map((record) => ('barrier' in record ? 'barrier' : 'deadLettered')),
    letters: records.flatMap((record) => ('reason' in record ? [{ record, reason: record.reason }] : [])),
  };
}

/**
 * Applies records of one customer in order, as many as fit one write. Pure, so a conflict is
 * retried with the profile read again. Processed records are skipped by position; one that cannot
 * be folded is put aside and passed. Without a profile and a readable touchpoint it returns dead
 * letters only.
 */
export function applyRecords(
  stored: VersionedProfile | undefined,
  records: TouchpointRecord[],
  context: ApplyContext,
): ApplyResult {
  const profile = initialProfile(stored, records, context);
  if (!profile) return refuseAll(records);
  const letters: PendingLetter[] = [];
  const outcomes: RecordOutcome[] = [];
  let applied: AppliedRecords = { profile, signals: [], transitions: [], also: [] };
  for (const record of records) {
    const done = isDone(applied.profile.folded, record);
    if (!done && isFull(applied)) break;
    const result = done ? skipRecord(applied, record) : applyRecord(applied, record, context);
    applied = result.applied;
    outcomes.push(result.outcome);
    if (result.letter) letters.push(result.letter);
  }
  if (outcomes.every((outcome) => outcome === 'duplicate')) return { outcomes, letters };
  return { outcomes, letters, change: composeWrite(stored?.profile, applied, context) };
}

/**
 * Returns the profile without the kept reasons of these records, once their dead letters are sent.
 */
export function settleLetters(profile: Profile, letters: Pick<PendingLetter, 'record'>[]): Profile {
  const folded = letters.reduce((left, { record }) => settledAside(left, record.position), profile.folded);
  return { ...profile, folded };
}
