import { type FaultDiagnosis } from '../aws/table/write-faults.ts';
import { isProcessed } from '../profile/merge/stream-checkpoint.ts';
import { msBetween } from '../shared/time.ts';
import { type CustomerBatch } from './group-by-customer.ts';
import { countOutcome, type ProjectionBatch, type ProjectorDependencies } from './projection-batch.ts';
import { type PendingLetter } from './record-outcome.ts';
import { type TouchpointRecord } from './touchpoint-record.ts';

/** The projection of one customer's records. Finished ones are removed from `customer.records`. */
export interface CustomerTask extends ProjectorDependencies {
  customer: CustomerBatch;
  batch: ProjectionBatch;
  /** Kinds of faults that go to the dead-letter queue. All others fail the batch. */
  aside: FaultDiagnosis['kind'][];
}

/** Removes records that need no further work. */
export function finishRecords(customer: CustomerBatch, done: Iterable<TouchpointRecord>): void {
  const finished = new Set(done);
  customer.records = customer.records.filter((record) => !finished.has(record));
}

/** Returns the reason for the dead letter, or undefined if the error fails the batch. */
export function reasonToPutAside(error: unknown, { aside, diagnose }: CustomerTask): string | undefined {
  const diagnosis = diagnose(error);
  if (diagnosis.kind === 'outage' || !aside.includes(diagnosis.kind)) return undefined;
  console.error(error);
  return diagnosis.reason;
}

/** Sends dead letters. Returns when the queue holds them. */
export async function sendLetters(
  { sendLetter }: Pick<ProjectorDependencies, 'sendLetter'>,
  letters: PendingLetter[],
): Promise<void> {
  for (const { record, reason } of letters)
    await sendLetter({ function: 'project', key: record.key, sequenceNumber: record.position.sequence, reason });
}

/**
 * Sends letters of records whose position cannot be stored. A redelivery sends the same letters
 * again.
 */
export async function putAside(task: CustomerTask, records: TouchpointRecord[], reason: string): Promise<void> {
  for (const record of records) {
    if (!('barrier' in record)) {
      await sendLetters(task, [{ record, reason: 'reason' in record ? record.reason : reason }]);
      countOutcome(task.batch, 'deadLettered');
    }
    finishRecords(task.customer, [record]);
  }
}

/**
 * Sends letters for records that the stream will soon drop. They are not tried again: age only
 * grows, so a retry after a crash decides alike, and no touchpoint with a letter is folded.
 */
export async function putAgedAside(task: CustomerTask): Promise<void> {
  const { customer, batch, clock, limits } = task;
  const aged = customer.records.filter(({ storedAt }) => msBetween(storedAt, clock.now()) >= limits.asideAfterMs);
  if (aged.length === 0) return;
  await batch.cache.read(customer.workspace, [customer.customer]);
  const stored = batch.cache.get(customer.workspace, customer.customer);
  const undone = aged.filter(({ position }) => !stored || !isProcessed(stored.profile.folded, position));
  await putAside(task, undone, 'stream.aged');
}
