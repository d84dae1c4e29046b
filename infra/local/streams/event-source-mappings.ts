import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Engine } from '../engines/start-engine.ts';
import { FunctionError, type LocalInvoker } from '../lambda/local-functions.ts';
import { type Journal } from '../journal/open-journal.ts';
import { compilePattern } from '../eventbridge/event-patterns.ts';
import { apiSource } from './api-source.ts';
import { type Batch, type GiveUpCondition } from './batch.ts';
import { createExpiry } from './expiry.ts';
import { type Consumer, ReaderStopped } from './shard-consumer.ts';
import { createCheckpoints } from './checkpoints.ts';
import { type StreamSource } from './stream-source.ts';
import { sqliteSource } from './sqlite-source.ts';
import { type Reader, TableStream } from './table-stream.ts';
import { localAccess } from '../engines/create-tables.ts';
import { type StackTemplate } from '../template/template.ts';
import { minuteMs } from '#lib/shared/time.ts';

type Mapping = StackTemplate['mappings'][number];

export interface StreamsOptions {
  engine: Pick<Engine, 'endpoint' | 'streamFile'>;
  tables: StackTemplate['tables'];
  mappings: StackTemplate['mappings'];
  functions: Pick<LocalInvoker, 'invoke'>;
  /** Writes to the journal before it returns. */
  sendToQueue: (queueArn: string, body: string, attributes: Record<string, string>) => void;
  journal: Journal;
  clock: VirtualClock;
  activity: QuiescenceTracker;
  /** Resolves when the next read of a shard may start. */
  pace?: (() => Promise<void>) | undefined;
  log?: (text: string) => void;
}

/** Event source mappings, and the sweep of expired items. */
export interface Streams {
  /** Reads at once. Called when something may have been written. */
  nudge(): void;
  /** Reads until nothing is left. False if a failed batch waits for its next try. */
  drained(): Promise<boolean>;
  /** Deletes expired items, as every minute. Call it after the clock was moved. */
  sweep(): Promise<void>;
  stop(): Promise<void>;
}

/** Interval of polls for records without a nudge, such as those that the runner writes. */
const pollMs = 50;

const sweepMs = minuteMs;

/** Expired items are noted in as large portions as there are. */
const noteAtOnce = 1_000;

const noLimits = { bisect: false, reportsItemFailures: false, maxRetries: -1, maxRecordAgeSeconds: -1 };

interface GivenUp {
  batch: Batch;
  condition: GiveUpCondition;
  shard: string;
}

/** Returns Lambda's record of a failed batch: where the records are, without their content. */
function failureRecord(mapping: Mapping, failed: GivenUp, now: number): object {
  const { batch, condition, shard } = failed;
  const [first, last] = [batch.entries[0], batch.entries.at(-1)];
  const arrival = (entry = first): string => new Date(entry?.createdAtMs ?? now).toISOString();
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn: mapping.functionName,
      condition,
      approximateInvokeCount: batch.retries + 1,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    DDBStreamBatchInfo: {
      shardId: shard,
      startSequenceNumber: first?.sequence,
      endSequenceNumber: last?.sequence,
      approximateArrivalOfFirstRecord: arrival(),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: batch.entries.length,
      streamArn: mapping.eventSourceArn,
    },
  };
}

const tableOf = (streamArn: string): string => /:table\/([^/]+)\//.exec(streamArn)?.[1] ?? '';

function mappingReader(mapping: Mapping, { functions, sendToQueue, clock, log = () => {} }: StreamsOptions): Reader {
  const filters = mapping.filters.map(compilePattern);
  const consumer: Omit<Consumer, 'giveUp'> = {
    ...mapping,
    matches: ({ record }) => filters.length === 0 || filters.some((matches) => matches(record)),
    deliver: (entries) =>
      functions
        .invoke(mapping.functionName, { Records: entries.map(({ record }) => record) })
        .catch((error: unknown) => {
          throw error instanceof FunctionError && error.errorType === 'Runner.Stopped' ? new ReaderStopped() : error;
        }),
  };
  const giveUp = (failed: GivenUp): void => {
    const record = JSON.stringify(failureRecord(mapping, failed, clock.now()));
    log(`${mapping.id} gives up ${failed.batch.entries.length} records: ${failed.condition}`);
    if (mapping.onFailureArn !== undefined) sendToQueue(mapping.onFailureArn, record, {});
  };
  return {
    id: mapping.id,
    startAt: mapping.startingPosition === 'LATEST' ? 'LATEST' : 'TRIM_HORIZON',
    consumerOf: (shard) => ({ ...consumer, giveUp: (batch, condition) => giveUp({ batch, condition, shard }) }),
  };
}

function sourceOf({ endpoint, streamFile }: StreamsOptions['engine'], table: string): StreamSource {
  return streamFile === undefined ? apiSource(endpoint, table) : sqliteSource(streamFile, table);
}

/** The stream of one table with its mappings, and what sweeps it. */
function streamOf(table: StackTemplate['tables'][number], options: StreamsOptions, client: DynamoDBClient) {
  const { journal, clock, activity, mappings, log = () => {} } = options;
  const of = mappings.filter(({ eventSourceArn, enabled }) => enabled && tableOf(eventSourceArn) === table.ref);
  const attribute = table.ttlAttribute;
  const expiry =
    attribute === undefined
      ? undefined
      : createExpiry({ journal, clock, activity, client, table: table.ref, attribute });
  const noting: Consumer = {
    ...noLimits,
    batchSize: noteAtOnce,
    batchingWindowMs: 0,
    parallelization: 1,
    matches: () => true,
    deliver: (entries) => Promise.resolve(expiry?.note(entries)),
    giveUp: () => {},
  };
  const readers = of.map((mapping) => mappingReader(mapping, options));
  if (expiry) readers.push({ id: `expiry of ${table.ref}`, startAt: 'TRIM_HORIZON', consumerOf: () => noting });
  const stream = new TableStream({
    source: sourceOf(options.engine, table.ref),
    streamArn: of[0]?.eventSourceArn ?? `${table.arn}/stream/`,
    readers,
    places: createCheckpoints(journal),
    clock,
    activity,
    pace: options.pace ?? (() => Promise.resolve()),
    wasSwept: (record) => expiry?.wasSwept(record) ?? false,
    onError: (error) => log(`stream of ${table.ref}: ${String(error)}`),
  });
  return { stream, expiry };
}

/**
 * Event source mappings as Lambda runs them, with all their options. Positions are in the journal.
 * Each record is delivered at least once, in order. A kill repeats at most the open batches. Throws
 * if a mapping reads a table without a stream.
 */
export async function createStreams(options: StreamsOptions): Promise<Streams> {
  const { engine, tables, mappings } = options;
  const client = new DynamoDBClient({ endpoint: engine.endpoint, ...localAccess });
  const streaming = tables.filter(({ streamView }) => streamView !== undefined);
  for (const { id, eventSourceArn } of mappings)
    if (!streaming.some(({ ref }) => ref === tableOf(eventSourceArn)))
      throw new Error(`event source mapping ${id}: ${eventSourceArn} is no stream of a table in this template`);
  const all = streaming.map((table) => streamOf(table, options, client));
  for (const { stream } of all) await stream.start();

  const nudge = (): void => all.forEach(({ stream }) => stream.nudge());

  async function sweep(): Promise<void> {
    await Promise.all(all.map(({ expiry }) => expiry?.sweep() ?? Promise.resolve()));
    nudge();
  }

  const poll = setInterval(nudge, pollMs);
  poll.unref();
  const sweeper = setInterval(() => {
    sweep().catch((error: unknown) => options.log?.(`sweep: ${String(error)}`));
  }, sweepMs);
  sweeper.unref();
  return {
    nudge,
    sweep,
    async drained() {
      const drained = await Promise.all(all.map(({ stream }) => stream.drained()));
      return drained.every(Boolean);
    },
    async stop() {
      clearInterval(poll);
      clearInterval(sweeper);
      await Promise.all(all.map(({ stream }) => stream.stop()));
      client.destroy();
    },
  };
}
