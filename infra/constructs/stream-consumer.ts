import { Duration } from 'aws-cdk-lib';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { giveUpAfterHours } from '../../lib/aws/table/stream-limits.ts';
import { type FunctionsNeeding } from '../functions/function-table.ts';
import { suppressNag } from './suppress-nag.ts';
import { type DeadLetterQueue } from './dead-letters.ts';
import { type NodeFunction } from './node-function.ts';
import { type SingleTable } from './single-table.ts';

export interface StreamConsumerProps {
  table: SingleTable;
  deadLetters: DeadLetterQueue;
  /** Records that match any of them come; the rest costs nothing. At most five. https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
  filters: object[];
  batchSize: number;
  /** Batches of one shard under way at once. Above 1 Lambda keeps the order of each item only, no longer that of a customer. */
  parallelization?: number;
}

/**
 * Feeds a function from the table's stream. A batch that fails is retried, halved each time, as often as its age allows. Both consumers
 * put poison aside themselves, record by record, and what an outage holds up shortly before the mapping gives it up
 * (`lib/aws/table/stream-limits.ts`). So the mapping gives up only what a function that cannot run has left.
 */
export function consumeStream(
  fn: NodeFunction<FunctionsNeeding<'DEAD_LETTER_QUEUE_URL'>>,
  props: StreamConsumerProps,
): void {
  const { table, deadLetters, filters, batchSize, parallelization = 1 } = props;
  const { table: source } = table;
  const reads = source.grantStreamRead(fn);
  const mapping = fn.addEventSourceMapping('Stream', {
    eventSourceArn: source.tableStreamArn ?? '',
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize,
    filters: filters.map((filter) => ({ pattern: JSON.stringify(filter) })),
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    maxRecordAge: Duration.hours(giveUpAfterHours),
    parallelizationFactor: parallelization,
    onFailure: new SqsDlq(deadLetters),
  });
  reads.applyBefore(mapping);
  deadLetters.grantSend(fn);
  suppressNag(fn, { 'AwsSolutions-IAM5[Resource::*]': 'dynamodb:ListStreams lists names and knows no resources' });
}
