import { writeLetter } from '../../../lib/aws/dead-letters.ts';
import { describeFault, type Fault, faultOf } from '../../../lib/aws/table/write-faults.ts';
import { Unavailable } from '../../../lib/shared/errors.ts';
import { type CustomerRef } from '../../../lib/model/customer.ts';
import { unresolvedClaims } from '../../../lib/profile/merge/link-identity.ts';
import { liveDefinitionsFor } from '../../../lib/journey/publishing/live-versions.ts';
import { applyRecords, type ApplyResult, type Letter, settle } from '../../../lib/projection/apply-records.ts';
import { type TouchpointRecord, correctTime } from '../../../lib/projection/touchpoint-record.ts';
import { isProcessed } from '../../../lib/profile/merge/stream-checkpoint.ts';
import { type CustomerBatch } from '../../../lib/projection/group-by-customer.ts';
import { type ProjectionRules } from '../../../lib/projection/apply-touchpoint.ts';
import { type VersionedProfile } from '../../../lib/profile/profile-store.ts';
import { msBetween } from '../../../lib/shared/time.ts';
import { type Batch, type Dependencies } from './batch.ts';
import { fullJitterMs, pause } from '../../../lib/shared/retry.ts';

/** Maximum conflicts of one customer's write before the records are returned to the stream. */
const maxConflicts = 8;

/** Full jitter: up to 10 ms, doubled with each conflict. */
const jitter = (conflicts: number): Promise<void> => pause(fullJitterMs({ baseMs: 10 }, conflicts));

/** The projection of one customer's batch. Finished records are removed from `lot.arrivals`. */
export interface LotTask extends Dependencies {
  lot: CustomerBatch;
  batch: Batch;
  /** Kinds of faults that go to the dead-letter queue. All others fail the batch. */
  aside: Fault['kind'][];
}

const count = ({ counts }: Batch, outcome: string): void => void (counts[outcome] = (counts[outcome] ?? 0) + 1);

function finish(lot: CustomerBatch, done: Iterable<TouchpointRecord>): void {
  const finished = new Set(done);
  lot.arrivals = lot.arrivals.filter((arrival) => !finished.has(arrival));
}

/** Returns the reason for the dead letter, or undefined if the error fails the batch. */
function reasonToPutAside(error: unknown, { aside }: LotTask): string | undefined {
  const fault = faultOf(error);
  if (fault.kind === 'outage' || !aside.includes(fault.kind)) return undefined;
  console.error(error);
  return describeFault(fault.reason, error);
}

const claimsIn = (
  stored: VersionedProfile | undefined,
  lot: CustomerBatch,
  arrivals: TouchpointRecord[],
): CustomerRef[] => {
  const claimant = stored?.profile ?? { customer: lot.customer, linked: [] };
  return arrivals.flatMap((arrival) => ('touchpoint' in arrival ? unresolvedClaims(claimant, arrival.touchpoint) : []));
};

/** Sends dead letters. Returns when the queue holds them. */
export async function sendLetters(
  { deadLetters, clock }: Pick<Dependencies, 'deadLetters' | 'clock'>,
  letters: Letter[],
): Promise<void> {
  for (const { arrival, reason } of letters) {
    const { key, position } = arrival;
    const draft = { function: 'project', key, sequenceNumber: position.sequence, reason };
    await deadLetters(writeLetter(draft, clock.now()));
  }
}

async function rulesFor({ lot: { workspace, customer }, batch }: LotTask): Promise<ProjectionRules> {
  const { live, ...common } = await batch.rulesOf(workspace);
  return { ...common, journeys: liveDefinitionsFor(live, { workspace, customer }) };
}

/**
 * Removes the reasons of sent letters from the profile. Best effort: a reason that stays is sent
 * again under the same id if the batch is retried.
 */
async function settleLetters({ lot, batch, profiles }: LotTask, letters: Letter[]): Promise<void> {
  const { workspace, customer } = lot;
  batch.seen.forget(workspace, [customer]);
  await profiles
    .update({ workspace, customer }, (profile) => ({ profile: settle(profile, letters) }))
    .catch((error: unknown) => console.error(error));
}

/** Reads what is stored and applies the records to it. Writes nothing. */
async function look(task: LotTask, arrivals: TouchpointRecord[], rules: ProjectionRules) {
  const { lot, batch, clock } = task;
  const { workspace, customer } = lot;
  const { seen, skews } = batch;
  await seen.read(workspace, [customer]);
  const stored = seen.get(workspace, customer);
  const claims = claimsIn(stored, lot, arrivals);
  await seen.read(workspace, claims);
  const advanced = applyRecords(stored, arrivals, {
    rules,
    now: clock.now(),
    timeOf: (arrival, touchpoint) => correctTime(arrival, touchpoint, skews(arrival.key)),
    found: (ref) => seen.get(workspace, ref),
  });
  return { stored, claims, advanced };
}

/**
 * Saves, sends the letters of the records that this write passed, then removes the reasons. A
 * letter of this write exists only if its touchpoint was passed and not folded. After a crash in
 * between the profile has the reason, and the redelivery sends the letter.
 */
async function save(task: LotTask, { stored, claims, advanced }: Awaited<ReturnType<typeof look>>): Promise<boolean> {
  const { lot, batch, profiles } = task;
  const { change, letters } = advanced;
  await sendLetters(
    task,
    letters.filter(({ isPassed }) => isPassed),
  );
  const isWritten = !change || (await profiles.save(change, stored?.rev ?? 0));
  if (change) batch.seen.forget(lot.workspace, [lot.customer, ...claims, change.profile.customer]);
  if (!isWritten) return false;
  await sendLetters(
    task,
    letters.filter(({ isPassed }) => !isPassed),
  );
  if (letters.length > 0 && (change ?? stored)) await settleLetters(task, letters);
  if (change) batch.sound.add(lot.workspace);
  return true;
}

function noteDone(
  { lot, batch }: LotTask,
  arrivals: TouchpointRecord[],
  { outcomes }: ApplyResult,
): TouchpointRecord[] {
  for (const outcome of outcomes) count(batch, outcome);
  finish(lot, arrivals.slice(0, outcomes.length));
  return arrivals.slice(outcomes.length);
}

/**
 * Reads and applies the records again after each conflict until all are written. Throws errors of
 * DynamoDB.
 */
async function write(task: LotTask, arrivals: TouchpointRecord[]): Promise<void> {
  const rules = await rulesFor(task);
  let left = arrivals;
  for (let conflicts = 0; left.length > 0;) {
    const seen = await look(task, left, rules);
    if (await save(task, seen)) {
      left = noteDone(task, left, seen.advanced);
      conflicts = 0;
      continue;
    }
    count(task.batch, 'conflict');
    const { customer } = task.lot;
    if (++conflicts > maxConflicts) throw new Unavailable('profile.contended', { customer, conflicts });
    await jitter(conflicts);
  }
}

/**
 * Sends letters of records whose position cannot be stored. A redelivery sends the same letters
 * again.
 */
async function putAside(task: LotTask, arrivals: TouchpointRecord[], reason: string): Promise<void> {
  for (const arrival of arrivals) {
    if (!('barrier' in arrival)) {
      await sendLetters(task, [{ arrival, reason: 'reason' in arrival ? arrival.reason : reason }]);
      count(task.batch, 'deadLettered');
    }
    finish(task.lot, [arrival]);
  }
}

/**
 * Stores the position of a record without folding it. If that write is refused too, the customer
 * cannot be written at all, so every remaining record gets a letter.
 */
async function passBy(task: LotTask, arrival: TouchpointRecord, reason: string): Promise<void> {
  const { workspace, key, position, storedAt } = arrival;
  try {
    await write(task, [{ workspace, key, position, storedAt, reason }]);
    finish(task.lot, [arrival]);
  } catch (error) {
    if (reasonToPutAside(error, task) === undefined) throw error;
    await putAside(task, task.lot.arrivals, reason);
  }
}

/** Writes records together. After a refused write it bisects them, and passes the faulty ones. */
async function foldArrivals(task: LotTask, arrivals: TouchpointRecord[]): Promise<void> {
  if (arrivals.length === 0) return;
  try {
    await write(task, arrivals);
  } catch (error) {
    const reason = reasonToPutAside(error, task);
    if (reason === undefined) throw error;
    const left = arrivals.filter((arrival) => task.lot.arrivals.includes(arrival));
    const half = Math.ceil(left.length / 2);
    const [only] = left;
    if (only && left.length === 1) return passBy(task, only, reason);
    for (const part of [left.slice(0, half), left.slice(half)])
      await foldArrivals(
        task,
        part.filter((arrival) => task.lot.arrivals.includes(arrival)),
      );
  }
}

/**
 * Sends letters for records that the stream will soon drop. They are not tried again: age only
 * grows, so a retry after a crash decides alike, and no touchpoint with a letter is folded.
 */
async function putAgedAside(task: LotTask): Promise<void> {
  const { lot, batch, clock, limits } = task;
  const aged = lot.arrivals.filter(({ storedAt }) => msBetween(storedAt, clock.now()) >= limits.asideAfterMs);
  if (aged.length === 0) return;
  await batch.seen.read(lot.workspace, [lot.customer]);
  const stored = batch.seen.get(lot.workspace, lot.customer);
  const undone = aged.filter(({ position }) => !stored || !isProcessed(stored.profile.folded, position));
  await putAside(task, undone, 'stream.aged');
}

/**
 * Folds one customer's records in order. Throws for an outage; `lot.arrivals` then holds the
 * remaining ones.
 */
export async function foldLot(task: LotTask): Promise<void> {
  try {
    await putAgedAside(task);
  } catch (error) {
    const reason = reasonToPutAside(error, task);
    if (reason === undefined) throw error;
    return putAside(task, task.lot.arrivals, reason);
  }
  if (task.lot.arrivals.length > 0) await foldArrivals(task, task.lot.arrivals);
}
