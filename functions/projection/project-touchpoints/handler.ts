import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { type DeadLetters, type LetterDraft, writeLetter } from '#lib/aws/dead-letters.ts';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { diagnose } from '#lib/aws/table/write-faults.ts';
import { projectRecords } from '#lib/projection/project-records.ts';
import { type ProjectorDependencies } from '#lib/projection/projection-batch.ts';

interface Dependencies extends Omit<ProjectorDependencies, 'sendLetter' | 'diagnose'> {
  deadLetters: DeadLetters;
}

/**
 * Folds touchpoints from the table's stream. A record that an outage or an unforeseen fault kept
 * from being written is in `batchItemFailures`, so that the stream delivers it again.
 */
export function createProjector({ deadLetters, ...services }: Dependencies) {
  const { clock } = services;
  const sendLetter = (draft: LetterDraft) => deadLetters(writeLetter(draft, clock.now()));
  const dependencies = { ...services, sendLetter, diagnose };
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const { counts, failed } = await projectRecords(dependencies, Records);
    const now = Date.parse(clock.now());
    writeLine(metricLine('project', { ...counts, failed: failed.length }, { now }));
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
