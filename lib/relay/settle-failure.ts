import type { DynamoDBRecord } from 'aws-lambda';
import { describeFault } from '../shared/errors.ts';
import { compact } from '../shared/records.ts';
import {
  countWork,
  type FailedWork,
  type RelayBatch,
  type RelayDependencies,
  sequenceOf,
  toLetterJson,
} from './relay-batch.ts';

/** Returns the milliseconds since the record was written. */
const ageOf = ({ clock }: RelayDependencies, { dynamodb }: DynamoDBRecord): number =>
  Date.parse(clock.now()) - (dynamodb?.ApproximateCreationDateTime ?? Infinity) * 1_000;

/**
 * Returns the reason for a dead letter, or undefined if the record is to be retried. An unforeseen
 * fault is the customer's own if another customer had success, or if it has lasted too long.
 */
function reasonForLetter(
  dependencies: RelayDependencies,
  { sound }: RelayBatch,
  { record, owner, error, reason }: FailedWork,
): string | undefined {
  if (reason !== undefined) return reason;
  const { limits } = dependencies;
  const age = ageOf(dependencies, record);
  const fault = dependencies.faultOf(error);
  if (fault.kind === 'outage') return age >= limits.asideAfterMs ? describeFault('stream.aged', error) : undefined;
  const isOwn = sound.size > (sound.has(owner) ? 1 : 0) || age >= limits.unforeseenAfterMs;
  return fault.kind === 'poison' || isOwn ? describeFault(fault.reason, error) : undefined;
}

/**
 * Sends a dead letter for what can never succeed. All else, and what the queue refuses, is retried.
 */
export async function settleFailure(
  dependencies: RelayDependencies,
  batch: RelayBatch,
  failure: FailedWork,
): Promise<void> {
  const { record, work, part } = failure;
  const sequenceNumber = sequenceOf(record);
  const reason = reasonForLetter(dependencies, batch, failure);
  if (reason === undefined) return void batch.failed.add(sequenceNumber);
  const { Keys = {} } = record.dynamodb ?? {};
  const key = { pk: Keys.pk?.S ?? '', sk: Keys.sk?.S ?? '' };
  const draft = { function: 'relay', key, sequenceNumber, reason, work: toLetterJson(work) };
  try {
    await dependencies.sendLetter({ ...draft, ...compact({ part }) });
    countWork(batch, 'deadLettered');
  } catch (error) {
    console.error(error);
    batch.failed.add(sequenceNumber);
  }
}
