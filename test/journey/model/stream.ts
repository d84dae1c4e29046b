import type { DynamoDBRecord } from 'aws-lambda';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type Item } from '#lib/aws/table/dynamo-table.ts';
import { type Change } from '../../support/memory-table.ts';

const streamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/Throughline/stream/2026-03-01T00:00:00.000';

let sequence = 10n ** 20n;

const image = (item: Item) => marshall(item, { removeUndefinedValues: true }) as never; // typed apart by two packages

/** A change as the table's stream tells of it. Every call has the next sequence number. */
export function recordOf({ key: { pk, sk }, before, after }: Change, now: number): DynamoDBRecord {
  return {
    eventName: before ? (after ? 'MODIFY' : 'REMOVE') : 'INSERT',
    eventSourceARN: streamArn,
    dynamodb: {
      Keys: { pk: { S: pk }, sk: { S: sk } },
      ...(after && { NewImage: image(after) }),
      ...(before && { OldImage: image(before) }),
      SequenceNumber: String(++sequence),
      ApproximateCreationDateTime: Math.floor(now / 1_000),
    },
  };
}
