import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type _Record,
} from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';
import * as z from 'zod';

/** What an event source mapping writes when it drops records: their position, not their content. */
export const StreamRange = z.object({
  requestContext: z.looseObject({ condition: z.string(), functionArn: z.string() }),
  DDBStreamBatchInfo: z.object({
    shardId: z.string(),
    startSequenceNumber: z.string(),
    endSequenceNumber: z.string(),
    batchSize: z.int(),
    streamArn: z.string(),
  }),
});
export type StreamRange = z.infer<typeof StreamRange>;

type Place = StreamRange['DDBStreamBatchInfo'];

const isAfter = (a: string, b: string): boolean => BigInt(a) > BigInt(b);

/**
 * Converts a record to Lambda's form. The SDK types the same JSON differently, and parses the time.
 */
function toLambdaRecord({ eventName, dynamodb = {} }: _Record, eventSourceARN: string): DynamoDBRecord {
  const { ApproximateCreationDateTime: created, ...rest } = dynamodb;
  return {
    ...(eventName && { eventName }),
    eventSourceARN,
    dynamodb: {
      ...(rest as NonNullable<DynamoDBRecord['dynamodb']>), // images are DynamoDB JSON in both
      ...(created && { ApproximateCreationDateTime: Math.floor(created.getTime() / 1_000) }),
    },
  };
}

/**
 * Returns the stream of the ARN, or the table's newest: a local engine gives its streams other
 * names.
 */
async function findStream(client: DynamoDBStreamsClient, streamArn: string): Promise<string> {
  const TableName = /:table\/([^/]+)\//.exec(streamArn)?.[1];
  const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName }));
  const arns = Streams.flatMap(({ StreamArn }) => StreamArn ?? []);
  return arns.includes(streamArn) ? streamArn : (arns.sort().at(-1) ?? streamArn);
}

async function firstIterator(client: DynamoDBStreamsClient, place: Place): Promise<string | undefined> {
  const { streamArn, shardId: ShardId, startSequenceNumber: SequenceNumber } = place;
  const StreamArn = await findStream(client, streamArn);
  const at = { StreamArn, ShardId, ShardIteratorType: 'AT_SEQUENCE_NUMBER' as const, SequenceNumber };
  return (await client.send(new GetShardIteratorCommand(at))).ShardIterator;
}

/**
 * Yields the records of a range, oldest first, with all others between them. DynamoDB keeps them
 * for 24 hours; after that it throws `TrimmedDataAccessException` or `ResourceNotFoundException`.
 */
export async function* readRange(client: DynamoDBStreamsClient, place: Place): AsyncGenerator<DynamoDBRecord> {
  const { endSequenceNumber, streamArn } = place;
  let ShardIterator = await firstIterator(client, place);
  while (ShardIterator !== undefined) {
    const page = await client.send(new GetRecordsCommand({ ShardIterator, Limit: 1_000 }));
    for (const record of page.Records ?? []) {
      if (isAfter(record.dynamodb?.SequenceNumber ?? '0', endSequenceNumber)) return;
      yield toLambdaRecord(record, streamArn);
      if (!isAfter(endSequenceNumber, record.dynamodb?.SequenceNumber ?? '0')) return;
    }
    ShardIterator = page.NextShardIterator;
  }
}
