import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBRecord } from 'aws-lambda';
import { isJsonObject } from '#lib/shared/json.ts';
import { dayMs } from '#lib/shared/time.ts';

/** One part of a stream, read in order. `parent` must be read to its end before it. */
export interface Shard {
  id: string;
  parent?: string | undefined;
}

/** A change as the engine has it. Images are DynamoDB JSON. */
export interface RawRecord {
  sequence: StreamPosition;
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  createdAtSeconds: number;
  keys: unknown;
  newImage: unknown;
  oldImage: unknown;
  bytes: number;
}

/** Sequence number of the last record read, '' before the first. */
export type StreamPosition = string;

export interface Page {
  records: RawRecord[];
  /** Nothing will ever follow in this shard. */
  closed: boolean;
}

/** Where the stream of one table is read from. */
export interface StreamSource {
  /** How exact the engine's creation times are. */
  readonly granularityMs: number;
  shards(): Promise<Shard[]>;
  /**
   * Records after a position, oldest first, at most `limit`; from the oldest kept when those after
   * the position were trimmed.
   */
  read(shard: string, after: StreamPosition, limit: number): Promise<Page>;
  /** Position of the newest record. */
  latest(shard: string): Promise<StreamPosition>;
  /** False when surely nothing was written since the last call. */
  changed(): boolean;
  /**
   * Forgets records up to a position that are older than DynamoDB keeps them, never the newest one.
   */
  trim(shard: string, upTo: StreamPosition): void;
  stop(): void;
}

/**
 * DynamoDB keeps stream records for 24 hours. In real time, so that records of skipped virtual days
 * are not kept on disk.
 */
export const keptMs = dayMs;

/**
 * Sequence numbers are whole numbers without leading zeros or all of one length: the longer one is
 * later.
 */
export function isAfter(a: StreamPosition, b: StreamPosition): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}

/** Members of a set come in any order. */
const inOrder = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      /^[SNB]S$/.test(name) && Array.isArray(inner) ? inner.map(String).sort() : inOrder(inner),
    ]),
  );
};

/** An identical put: dynoxide emits a record for it, AWS does not. */
export function isUnchanged({ eventName, newImage, oldImage }: RawRecord): boolean {
  if (eventName !== 'MODIFY') return false;
  return isDeepStrictEqual(newImage, oldImage) || isDeepStrictEqual(inOrder(newImage), inOrder(oldImage));
}

/** Whose deletes carry DynamoDB's own identity: those of the TTL sweep. */
export type ExpiredByTtl = (record: RawRecord) => boolean;

/** The record as Lambda hands it on. `createdAtMs` is virtual time; AWS gives whole seconds. */
export function toLambdaRecord(
  record: RawRecord,
  from: { streamArn: string; shard: string; createdAtMs: number; swept: boolean },
): DynamoDBRecord {
  const { keys, newImage, oldImage } = record;
  return {
    eventID: record.sequence.padStart(32, '0').slice(-32),
    eventName: record.eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: from.streamArn.split(':')[3] ?? '',
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(from.createdAtMs / 1000),
      Keys: keys,
      ...(newImage !== undefined && { NewImage: newImage }),
      ...(oldImage !== undefined && { OldImage: oldImage }),
      SequenceNumber: record.sequence,
      SizeBytes: record.bytes,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    } as NonNullable<DynamoDBRecord['dynamodb']>, // images come as the engine wrote them
    ...(from.swept && { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }),
    eventSourceARN: from.streamArn,
  };
}
