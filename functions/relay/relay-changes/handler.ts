import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { type DeadLetters, type LetterDraft, writeLetter } from '#lib/aws/dead-letters.ts';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { readRecord } from '#lib/aws/table/stream-record.ts';
import { faultOf } from '#lib/aws/table/write-faults.ts';
import { type RelayDependencies } from '#lib/relay/relay-batch.ts';
import { relayRecords } from '#lib/relay/relay-records.ts';

interface Dependencies extends Omit<RelayDependencies, 'sendLetter' | 'readRecord' | 'faultOf'> {
  deadLetters: DeadLetters;
}

/** Consumer of the table's stream that publishes changes. An outage is a batch item failure. */
export function relayChanges({ deadLetters, ...services }: Dependencies) {
  const { clock } = services;
  const sendLetter = (draft: LetterDraft) => deadLetters(writeLetter(draft, clock.now()));
  const dependencies = { ...services, sendLetter, readRecord, faultOf };
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const { counts, failed } = await relayRecords(dependencies, Records);
    const now = Date.parse(clock.now());
    writeLine(metricLine('relay', { ...counts, failed: failed.size }, { now }));
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
