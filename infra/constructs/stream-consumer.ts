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
  /**
   * Records that match one of them are delivered; others cost nothing. At most five.
   * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
   */
  filters: object[];
  batchSize: number;
  /**
   * Concurrent batches of one shard. Above 1 Lambda keeps the order of an item, not of a customer.
   */
  parallelization?: number;
}

/**
 * Feeds a function from the table's stream. A failed batch is halved and retried until its age
 * limit. Consumers send poison to the queue themselves, and records of a long outage just before
 * that limit (`lib/aws/table/stream-limits.ts`). The mapping drops only what a function that cannot
 * run has left.
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
