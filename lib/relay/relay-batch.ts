import type { DynamoDBRecord } from 'aws-lambda';
import { type ExplainingBus } from '../aws/bus.ts';
import { type LetterDraft } from '../aws/dead-letters.ts';
import { type StreamLimits } from '../aws/table/stream-limits.ts';
import { type StreamRecord } from '../aws/table/stream-record.ts';
import { type Fault } from '../aws/table/write-faults.ts';
import { JsonObject } from '../shared/json.ts';
import { type Clock } from '../shared/time.ts';
import { type ChangeEffects } from './change-events.ts';
import { type CommandTargets, type RelayWork } from './execute-command.ts';

/** What relaying changes publishes to, executes on and follows. */
export interface RelayDependencies extends CommandTargets {
  bus: Pick<ExplainingBus, 'offer'>;
  /** Sends a dead letter. Resolves when the queue has stored it. */
  sendLetter: (draft: LetterDraft) => Promise<void>;
  /** Parses a stream record. Throws if it is not an item's. */
  readRecord: (record: DynamoDBRecord) => StreamRecord;
  /** Returns how an error is treated. */
  faultOf: (error: unknown) => Fault;
  limits: StreamLimits;
  clock: Clock;
}

/** A record with its effects. */
export interface RecordEffects {
  record: DynamoDBRecord;
  effects: ChangeEffects;
}

/** A part of a record that failed. `reason` is set if it can never succeed. */
export interface FailedWork {
  record: DynamoDBRecord;
  /** Partition of the customer, or '' if the row was unreadable. */
  owner: string;
  /** Number of the part: events, then commands, from 1 on. */
  part?: number;
  work: RelayWork;
  error: unknown;
  reason?: string;
}

/** State shared by one batch. */
export interface RelayBatch {
  records: RecordEffects[];
  counts: Record<string, number>;
  failures: FailedWork[];
  /** Customers with a successful part. */
  sound: Set<string>;
  /** Sequence numbers that the stream must deliver again. */
  failed: Set<string>;
}

/** Returns the sequence number of a record. */
export const sequenceOf = ({ dynamodb }: DynamoDBRecord): string => dynamodb?.SequenceNumber ?? '';

/** Returns JSON without undefined fields, as a letter holds it. */
export const toLetterJson = (value: object): JsonObject => JsonObject.parse(JSON.parse(JSON.stringify(value)));

/** Counts an event or the outcome of a command for the metrics. */
export const countWork = ({ counts }: RelayBatch, outcome: string): void =>
  void (counts[outcome] = (counts[outcome] ?? 0) + 1);
