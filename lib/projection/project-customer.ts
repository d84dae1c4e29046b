import { liveDefinitionsFor } from '../journey/publishing/live-versions.ts';
import { type CustomerRef } from '../model/customer.ts';
import { unresolvedClaims } from '../profile/merge/link-identity.ts';
import { type VersionedProfile } from '../profile/profile-store.ts';
import { Unavailable } from '../shared/errors.ts';
import { conflict, fullJitterMs, pause, retryOnConflict } from '../shared/retry.ts';
import { applyRecords, type ApplyResult, settleLetters } from './apply-records.ts';
import { correctTime } from './clock-correction.ts';
import { countOutcome } from './projection-batch.ts';
import { type ProjectionRules } from './projection-state.ts';
import {
  type CustomerTask,
  finishRecords,
  putAgedAside,
  putAside,
  reasonToPutAside,
  sendLetters,
} from './put-aside.ts';
import { type PendingLetter } from './record-outcome.ts';
import { type TouchpointRecord } from './touchpoint-record.ts';

/** Writes of one customer, each after a conflict, before the records are returned to the stream. */
const maxTries = 9;

/** Base of the pause after a conflict, ms, doubled with each. */
const conflictPause = { baseMs: 10 };

/** The applied records of one write, with what was read for it. */
interface AppliedRead {
  stored: VersionedProfile | undefined;
  claims: CustomerRef[];
  result: ApplyResult;
}

function claimsIn(
  stored: VersionedProfile | undefined,
  { customer }: CustomerTask,
  records: TouchpointRecord[],
): CustomerRef[] {
  const claimant = stored?.profile ?? { customer: customer.customer, linked: [] };
  return records.flatMap((record) => ('touchpoint' in record ? unresolvedClaims(claimant, record.touchpoint) : []));
}

async function rulesFor({ customer, batch }: CustomerTask): Promise<ProjectionRules> {
  const { live, ...common } = await batch.rulesOf(customer.workspace);
  return { ...common, journeys: liveDefinitionsFor(live, customer) };
}

/** Reads what is stored and applies the records to it. Writes nothing. */
async function readAndApply(
  task: CustomerTask,
  records: TouchpointRecord[],
  rules: ProjectionRules,
): Promise<AppliedRead> {
  const { batch, clock } = task;
  const { workspace, customer } = task.customer;
  const { cache, skews } = batch;
  await cache.read(workspace, [customer]);
  const stored = cache.get(workspace, customer);
  const claims = claimsIn(stored, task, records);
  await cache.read(workspace, claims);
  const result = applyRecords(stored, records, {
    rules,
    now: clock.now(),
    timeOf: (record, touchpoint) => correctTime(record, touchpoint, skews(record.key)),
    found: (ref) => cache.get(workspace, ref),
  });
  return { stored, claims, result };
}

/**
 * Removes the reasons of sent letters from the profile. Best effort: a reason that stays is sent
 * again under the same id if the batch is retried.
 */
async function forgetReasons({ customer, batch, profiles }: CustomerTask, letters: PendingLetter[]): Promise<void> {
  batch.cache.invalidate(customer.workspace, [customer.customer]);
  await profiles
    .update(customer, (profile) => ({ profile: settleLetters(profile, letters) }))
    .catch((error: unknown) => console.error(error));
}

/**
 * Saves, sends the letters of the records that this write passed, then removes the reasons. A
 * letter of this write exists only if its touchpoint was passed and not folded. After a crash in
 * between the profile has the reason, and the redelivery sends the letter.
 */
async function save(task: CustomerTask, { stored, claims, result }: AppliedRead): Promise<boolean> {
  const { batch, profiles } = task;
  const { workspace, customer } = task.customer;
  const { change, letters } = result;
  const [earlier, own] = [letters.filter(({ isPassed }) => isPassed), letters.filter(({ isPassed }) => !isPassed)];
  await sendLetters(task, earlier);
  const isWritten = !change || (await profiles.save(change, stored?.rev ?? 0));
  if (change) batch.cache.invalidate(workspace, [customer, ...claims, change.profile.customer]);
  if (!isWritten) return false;
  await sendLetters(task, own);
  if (letters.length > 0 && (change ?? stored)) await forgetReasons(task, letters);
  if (change) batch.sound.add(workspace);
  return true;
}

/** Counts and finishes the records of a write. Returns those that did not fit it. */
function finishWritten(
  { customer, batch }: CustomerTask,
  records: TouchpointRecord[],
  { outcomes }: ApplyResult,
): TouchpointRecord[] {
  for (const outcome of outcomes) countOutcome(batch, outcome);
  finishRecords(customer, records.slice(0, outcomes.length));
  return records.slice(outcomes.length);
}

/** Writes as many records as fit one write. Returns the others. */
function writeOnce(task: CustomerTask, records: TouchpointRecord[], rules: ProjectionRules) {
  const facts = { customer: task.customer.customer, conflicts: maxTries };
  const contended = () => new Unavailable('profile.contended', facts);
  return retryOnConflict({ maxTries, contended }, async (tries) => {
    if (tries > 0) await pause(fullJitterMs(conflictPause, tries));
    const applied = await readAndApply(task, records, rules);
    if (await save(task, applied)) return finishWritten(task, records, applied.result);
    countOutcome(task.batch, 'conflict');
    return conflict;
  });
}

/** Writes all records, read and applied again after each conflict. Throws errors of DynamoDB. */
async function writeAll(task: CustomerTask, records: TouchpointRecord[]): Promise<void> {
  const rules = await rulesFor(task);
  for (let left = records; left.length > 0;) left = await writeOnce(task, left, rules);
}

/**
 * Stores the position of a record without folding it. If that write is refused too, the customer
 * cannot be written at all, so every remaining record gets a letter.
 */
async function passRecord(task: CustomerTask, record: TouchpointRecord, reason: string): Promise<void> {
  const { workspace, key, position, storedAt } = record;
  try {
    await writeAll(task, [{ workspace, key, position, storedAt, reason }]);
    finishRecords(task.customer, [record]);
  } catch (error) {
    if (reasonToPutAside(error, task) === undefined) throw error;
    await putAside(task, task.customer.records, reason);
  }
}

const unfinished = (task: CustomerTask, records: TouchpointRecord[]): TouchpointRecord[] =>
  records.filter((record) => task.customer.records.includes(record));

/** Writes records together. After a refused write it bisects them, and passes the faulty ones. */
async function writeOrBisect(task: CustomerTask, records: TouchpointRecord[]): Promise<void> {
  if (records.length === 0) return;
  try {
    await writeAll(task, records);
  } catch (error) {
    const reason = reasonToPutAside(error, task);
    if (reason === undefined) throw error;
    const left = unfinished(task, records);
    const [only] = left;
    if (only && left.length === 1) return passRecord(task, only, reason);
    const half = Math.ceil(left.length / 2);
    for (const part of [left.slice(0, half), left.slice(half)]) await writeOrBisect(task, unfinished(task, part));
  }
}

/**
 * Folds one customer's records in order. Throws for an outage; `customer.records` then holds the
 * remaining ones.
 */
export async function projectCustomer(task: CustomerTask): Promise<void> {
  try {
    await putAgedAside(task);
  } catch (error) {
    const reason = reasonToPutAside(error, task);
    if (reason === undefined) throw error;
    return putAside(task, task.customer.records, reason);
  }
  await writeOrBisect(task, task.customer.records);
}
