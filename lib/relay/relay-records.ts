import type { DynamoDBRecord } from 'aws-lambda';
import { describeFault } from '../shared/errors.ts';
import { effectsOfChange } from './change-events.ts';
import { publishEvents } from './publish-events.ts';
import { type RelayBatch, type RelayDependencies } from './relay-batch.ts';
import { runCommands } from './run-commands.ts';
import { settleFailure } from './settle-failure.ts';

/** Counts by outcome, and the sequence numbers that the stream must deliver again. */
export type RelayResult = Pick<RelayBatch, 'counts' | 'failed'>;

/** Derives the effects of each record. An unreadable row can never succeed. */
function readBatch({ readRecord }: RelayDependencies, records: DynamoDBRecord[]): RelayBatch {
  const batch: RelayBatch = { records: [], counts: {}, failures: [], sound: new Set(), failed: new Set() };
  for (const record of records) {
    try {
      const effects = effectsOfChange(readRecord(record));
      if (effects) batch.records.push({ record, effects });
    } catch (error) {
      const work = { kind: 'row' as const, change: record.eventName ?? 'MODIFY' };
      batch.failures.push({ record, owner: '', work, error, reason: describeFault('row.invalid', error) });
    }
  }
  return batch;
}

/**
 * Publishes changes of rows: signals and new rows become bus events, and waiting executions are
 * resumed or stopped. At least once: an outage fails the record, which is retried under the same
 * ids, and every listener is idempotent. What can never succeed goes to the dead-letter queue. A
 * command for an ended step or enrolment changes nothing (`late`, `unknown`, `gone`).
 */
export async function relayRecords(dependencies: RelayDependencies, records: DynamoDBRecord[]): Promise<RelayResult> {
  const batch = readBatch(dependencies, records);
  await Promise.all([publishEvents(dependencies, batch), runCommands(dependencies, batch)]);
  for (const failure of batch.failures) await settleFailure(dependencies, batch, failure);
  return { counts: batch.counts, failed: batch.failed };
}
