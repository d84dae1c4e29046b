import * as z from 'zod';
import { type Page, type StreamPosition, type RawRecord, type Shard, type StreamSource } from './stream-source.ts';
import { minuteMs } from '#lib/shared/time.ts';

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

/** Local engines require a signature and read only the key in it. */
const signature = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0',
  'x-amz-date': '20260101T000000Z',
};

/** Shards change every few hours at most. */
const shardsFreshMs = 2_000;

/** Limit of GetRecords. */
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

/**
 * Reads the stream by DynamoDB's own Streams API: for DynamoDB Local, and any other engine that has
 * the API and checks no signature.
 */
export const apiSource = (endpoint: string, table: string): StreamSource => new ApiSource(endpoint, table);

class ApiSource implements StreamSource {
  readonly granularityMs = minuteMs; // DynamoDB Local gives whole minutes
  readonly #endpoint: string;
  readonly #table: string;
  readonly #iterators = new Map<string, { after: StreamPosition; iterator: string }>();
  #arn: Promise<string> | undefined;
  #shards: { found: Promise<Shard[]>; until: number } | undefined;

  constructor(endpoint: string, table: string) {
    this.#endpoint = endpoint;
    this.#table = table;
  }

  shards(): Promise<Shard[]> {
    if (!this.#shards || this.#shards.until < performance.now())
      this.#shards = { found: this.#describe(), until: performance.now() + shardsFreshMs };
    this.#shards.found.catch(() => (this.#shards = undefined));
    return this.#shards.found;
  }

  async read(shard: string, after: StreamPosition, limit: number): Promise<Page> {
    const kept = this.#iterators.get(shard);
    const ShardIterator = kept?.after === after ? kept.iterator : await this.#iteratorAfter(shard, after);
    this.#iterators.delete(shard); // one that has expired must not be tried twice
    const Limit = Math.min(limit, maxLimit);
    const page = await this.#call('GetRecords', { ShardIterator, Limit }, Records);
    const records = page.Records.map(toRecord);
    const closed = page.NextShardIterator === undefined;
    if (!closed)
      this.#iterators.set(shard, { after: records.at(-1)?.sequence ?? after, iterator: page.NextShardIterator ?? '' });
    return { records, closed: closed && records.length === 0 };
  }

  async latest(shard: string): Promise<StreamPosition> {
    let position: StreamPosition = '';
    for (;;) {
      const { records } = await this.read(shard, position, maxLimit);
      const last = records.at(-1);
      if (!last) return position;
      position = last.sequence;
    }
  }

  changed(): boolean {
    return true;
  }

  /** The engine trims its stream. */
  trim(): void {}

  stop(): void {
    this.#iterators.clear();
  }

  async #call<Shape extends z.ZodType>(action: string, body: unknown, shape: Shape): Promise<z.infer<Shape>> {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDBStreams_20120810.${action}`,
      ...signature,
    };
    const response = await fetch(this.#endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${action}: ${JSON.stringify(answer)}`);
    return shape.parse(answer);
  }

  async #findArn(): Promise<string> {
    const { Streams: found } = await this.#call('ListStreams', { TableName: this.#table }, Streams);
    const latest = found.sort((a, b) => (a.StreamLabel < b.StreamLabel ? 1 : -1))[0];
    if (!latest) throw new Error(`table ${this.#table} has no stream`);
    return latest.StreamArn;
  }

  #streamArn(): Promise<string> {
    return (this.#arn ??= this.#findArn());
  }

  async #describe(): Promise<Shard[]> {
    const all: Shard[] = [];
    let ExclusiveStartShardId: string | undefined;
    do {
      const body = { StreamArn: await this.#streamArn(), ExclusiveStartShardId };
      const { StreamDescription: page } = await this.#call('DescribeStream', body, Description);
      all.push(...page.Shards.map(({ ShardId, ParentShardId }) => ({ id: ShardId, parent: ParentShardId })));
      ExclusiveStartShardId = page.LastEvaluatedShardId;
    } while (ExclusiveStartShardId !== undefined);
    return all;
  }

  async #iteratorAfter(ShardId: string, after: StreamPosition): Promise<string> {
    const shard = { StreamArn: await this.#streamArn(), ShardId };
    const oldest = { ...shard, ShardIteratorType: 'TRIM_HORIZON' };
    if (after === '') return (await this.#call('GetShardIterator', oldest, Iterator)).ShardIterator;
    const next = { ...shard, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
    const found = await this.#call('GetShardIterator', next, Iterator).catch((error: unknown) => {
      if (/TrimmedDataAccess/.test(String(error))) return this.#call('GetShardIterator', oldest, Iterator);
      throw error;
    });
    return found.ShardIterator;
  }
}
