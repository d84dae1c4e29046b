import * as z from 'zod';
import { type Page, type StreamPosition, type RawRecord, type Shard, type StreamSource } from './stream-source.ts';
import { minuteMs } from '../../../lib/shared/time.ts';

const Streams = z.object({ Streams: z.array(z.object({ StreamArn: z.string(), StreamLabel: z.string() })) });

const Description = z.object({
  StreamDescription: z.object({
    Shards: z.array(z.object({ ShardId: z.string(), ParentShardId: z.string().optional() })),
    LastEvaluatedShardId: z.string().optional(),
  }),
});

const Iterator = z.object({ ShardIterator: z.string() });

const Records = z.object({
  NextShardIterator: z.string().optional(),
  Records: z.array(
    z.object({
      eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
      dynamodb: z.object({
        ApproximateCreationDateTime: z.number(),
        Keys: z.unknown(),
        NewImage: z.unknown().optional(),
        OldImage: z.unknown().optional(),
        SequenceNumber: z.string(),
        SizeBytes: z.number(),
      }),
    }),
  ),
});

/** Local engines want a signature to be there and look at nothing in it but the key. */
const signature = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0',
  'x-amz-date': '20260101T000000Z',
};

/** Shards change every few hours at most. */
const shardsFreshMs = 2_000;

/** GetRecords takes no more. */
const maxLimit = 1_000;

const toRecord = ({ eventName, dynamodb }: z.infer<typeof Records>['Records'][number]): RawRecord => ({
  sequence: dynamodb.SequenceNumber,
  eventName,
  createdAtSeconds: dynamodb.ApproximateCreationDateTime,
  keys: dynamodb.Keys,
  newImage: dynamodb.NewImage,
  oldImage: dynamodb.OldImage,
  bytes: dynamodb.SizeBytes,
});

/** The stream by DynamoDB's own Streams API: for DynamoDB Local and any other engine that speaks it and checks no signature. */
export function apiSource(endpoint: string, table: string): StreamSource {
  const iterators = new Map<string, { after: StreamPosition; iterator: string }>();
  let arn: Promise<string> | undefined;
  let shards: { found: Promise<Shard[]>; until: number } | undefined;

  async function call<Shape extends z.ZodType>(action: string, body: unknown, shape: Shape): Promise<z.infer<Shape>> {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDBStreams_20120810.${action}`,
      ...signature,
    };
    const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${action}: ${JSON.stringify(answer)}`);
    return shape.parse(answer);
  }

  async function findArn(): Promise<string> {
    const { Streams: found } = await call('ListStreams', { TableName: table }, Streams);
    const latest = found.sort((a, b) => (a.StreamLabel < b.StreamLabel ? 1 : -1))[0];
    if (!latest) throw new Error(`table ${table} has no stream`);
    return latest.StreamArn;
  }

  const streamArn = (): Promise<string> => (arn ??= findArn());

  async function describe(): Promise<Shard[]> {
    const all: Shard[] = [];
    let ExclusiveStartShardId: string | undefined;
    do {
      const body = { StreamArn: await streamArn(), ExclusiveStartShardId };
      const { StreamDescription: page } = await call('DescribeStream', body, Description);
      all.push(...page.Shards.map(({ ShardId, ParentShardId }) => ({ id: ShardId, parent: ParentShardId })));
      ExclusiveStartShardId = page.LastEvaluatedShardId;
    } while (ExclusiveStartShardId !== undefined);
    return all;
  }

  async function iteratorAfter(ShardId: string, after: StreamPosition): Promise<string> {
    const shard = { StreamArn: await streamArn(), ShardId };
    const oldest = { ...shard, ShardIteratorType: 'TRIM_HORIZON' };
    if (after === '') return (await call('GetShardIterator', oldest, Iterator)).ShardIterator;
    const next = { ...shard, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
    const found = await call('GetShardIterator', next, Iterator).catch((error: unknown) => {
      if (/TrimmedDataAccess/.test(String(error))) return call('GetShardIterator', oldest, Iterator);
      throw error;
    });
    return found.ShardIterator;
  }

  async function read(shard: string, after: StreamPosition, limit: number): Promise<Page> {
    const kept = iterators.get(shard);
    const ShardIterator = kept?.after === after ? kept.iterator : await iteratorAfter(shard, after);
    iterators.delete(shard); // one that has expired must not be tried twice
    const Limit = Math.min(limit, maxLimit);
    const page = await call('GetRecords', { ShardIterator, Limit }, Records);
    const records = page.Records.map(toRecord);
    const closed = page.NextShardIterator === undefined;
    if (!closed)
      iterators.set(shard, { after: records.at(-1)?.sequence ?? after, iterator: page.NextShardIterator ?? '' });
    return { records, closed: closed && records.length === 0 };
  }

  return {
    read,
    granularityMs: minuteMs, // DynamoDB Local gives whole minutes

    shards() {
      if (!shards || shards.until < performance.now())
        shards = { found: describe(), until: performance.now() + shardsFreshMs };
      shards.found.catch(() => (shards = undefined));
      return shards.found;
    },

    async latest(shard) {
      let position: StreamPosition = '';
      for (;;) {
        const { records } = await read(shard, position, maxLimit);
        const last = records.at(-1);
        if (!last) return position;
        position = last.sequence;
      }
    },

    changed: () => true,
    trim: () => undefined, // the engine does
    stop: () => iterators.clear(),
  };
}
