import type { DynamoDBRecord } from 'aws-lambda';
import { mapConcurrent } from '../shared/concurrency.ts';
import { msBetween } from '../shared/time.ts';
import { type CustomerBatch, groupByCustomer, groupLinkedCustomers } from './group-by-customer.ts';
import { projectCustomer } from './project-customer.ts';
import { countOutcome, prepareBatch, type ProjectionBatch, type ProjectorDependencies } from './projection-batch.ts';
import { sendLetters } from './put-aside.ts';
import { parseTouchpointRecord, type TouchpointRecord } from './touchpoint-record.ts';

/**
 * Customers projected concurrently. Each waits for one write; more would only queue for the
 * client's connections.
 */
const concurrency = 16;

/** Counts by outcome, and the sequence numbers that the stream must deliver again. */
export type ProjectionResult = Pick<ProjectionBatch, 'counts' | 'failed'>;

function failCustomer({ failed }: ProjectionBatch, { records }: CustomerBatch): void {
  failed.push(...records.map(({ position }) => position.sequence));
}

/**
 * Projects linked customers in order, and isolates their faults. The stream resumes at the first
 * failed record, and redelivers later ones of other customers, which are duplicates then.
 */
async function projectGroup(
  dependencies: ProjectorDependencies,
  batch: ProjectionBatch,
  group: CustomerBatch[],
): Promise<void> {
  for (const customer of group) {
    try {
      await projectCustomer({ ...dependencies, customer, batch, aside: ['poison'] });
    } catch (error) {
      console.error(error);
      if (dependencies.diagnose(error).kind === 'unforeseen') batch.unforeseen.push(customer);
      else failCustomer(batch, customer);
    }
  }
}

/**
 * Returns whether an unforeseen fault is the customer's own: the workspace had other successful
 * writes, or the fault has lasted too long.
 */
function isOwnFault(
  { clock, limits }: ProjectorDependencies,
  { sound }: ProjectionBatch,
  { workspace, records }: CustomerBatch,
): boolean {
  const waited = Math.max(...records.map(({ storedAt }) => msBetween(storedAt, clock.now())));
  return sound.has(workspace) || waited >= limits.unforeseenAfterMs;
}

/** Retries the batches that met an unforeseen fault, after all others. */
async function retryUnforeseen(dependencies: ProjectorDependencies, batch: ProjectionBatch): Promise<void> {
  for (const customer of batch.unforeseen) {
    if (!isOwnFault(dependencies, batch, customer)) {
      failCustomer(batch, customer);
      continue;
    }
    try {
      await projectCustomer({ ...dependencies, customer, batch, aside: ['poison', 'unforeseen'] });
    } catch (error) {
      console.error(error);
      failCustomer(batch, customer);
    }
  }
}

/** Sends the letter of a record whose key names no customer. */
async function refuseRecord(
  dependencies: ProjectorDependencies,
  batch: ProjectionBatch,
  record: TouchpointRecord,
): Promise<void> {
  try {
    await sendLetters(dependencies, [{ record, reason: 'key.invalid' }]);
    countOutcome(batch, 'deadLettered');
  } catch (error) {
    console.error(error);
    batch.failed.push(record.position.sequence);
  }
}

/**
 * Projects a batch of stream records: one read for all customers, one write for each. Exactly once:
 * the profile holds its stream checkpoint and every write is conditional, so a retry or a crash
 * loses and doubles nothing. A record that can never be written goes to the dead-letter queue. An
 * outage fails the record.
 */
export async function projectRecords(
  dependencies: ProjectorDependencies,
  streamRecords: DynamoDBRecord[],
): Promise<ProjectionResult> {
  const all = streamRecords.map(parseTouchpointRecord);
  const records = all.filter(({ workspace }) => workspace !== '');
  const batch = await prepareBatch(dependencies, records);
  for (const record of all) if (record.workspace === '') await refuseRecord(dependencies, batch, record);
  const customers = groupByCustomer(records, ({ workspace, position: { source } }) => {
    return batch.cache.get(workspace, source)?.profile.customer ?? source;
  });
  const groups = groupLinkedCustomers(customers);
  await mapConcurrent(groups, concurrency, (group) => projectGroup(dependencies, batch, group));
  await retryUnforeseen(dependencies, batch);
  return { counts: batch.counts, failed: batch.failed };
}
