import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import { QuiescenceTracker } from '../../lib/states-language/quiescence-tracker.ts';
import { VirtualClock } from '../../infra/local/clock/virtual-clock.ts';
import { installedEngines } from '../../infra/local/engines/start-engine.ts';
import { openJournal, type Journal } from '../../infra/local/journal/open-journal.ts';
import { createStreams, type StreamsOptions } from '../../infra/local/streams/event-source-mappings.ts';
import { anEngine, localClient, theTable } from './engines.ts';

type Mapping = StreamsOptions['mappings'][number];
type Handler = (records: DynamoDBRecord[]) => unknown;

export const start = Date.parse('2026-03-01T00:00:00Z');

export const mapping: Mapping = {
  id: 'Mapping',
  ref: 'Mapping',
  arn: 'arn:aws:lambda:us-east-1:000000000000:event-source-mapping:Mapping',
  eventSourceArn: `${theTable.arn}/stream/2026`,
  functionName: 'project',
  enabled: true,
  batchSize: 10,
  batchingWindowMs: 0,
  startingPosition: 'TRIM_HORIZON',
  filters: [],
  maxRetries: 2,
  maxRecordAgeSeconds: -1,
  bisect: false,
  parallelization: 1,
  reportsItemFailures: true,
  onFailureArn: undefined,
};

export const skOf = (record: DynamoDBRecord): string => record.dynamodb?.Keys?.sk?.S ?? '';

export const failing = (...records: DynamoDBRecord[]) => ({
  batchItemFailures: records.map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber })),
});

interface Given extends Partial<Mapping> {
  engine?: (typeof engines)[number];
  journal?: Journal;
  /** Read by the Streams API, whatever file there is. */
  byApi?: boolean;
}

export const engines = installedEngines();

/** A table, its stream and one function that reads it. */
export async function aStreamWorld({
  engine: kind = engines[0]!,
  journal = openJournal(':memory:'),
  byApi = false,
  ...changes
}: Given = {}) {
  const engine = await anEngine({ engine: kind });
  const clock = new VirtualClock({ start, speed: 0 });
  const activity = new QuiescenceTracker();
  const client = localClient(engine.endpoint);
  const letters: { queue: string; body: Record<string, unknown> }[] = [];
  const batches: string[][] = [];
  const records: DynamoDBRecord[] = [];
  const options = {
    engine: byApi ? { endpoint: engine.endpoint } : engine,
    tables: [theTable],
    mappings: [{ ...mapping, ...changes }],
    journal,
    clock,
    activity,
    sendToQueue: (queue: string, body: string) => {
      letters.push({ queue, body: JSON.parse(body) as Record<string, unknown> });
    },
  };
  return {
    batches,
    records,
    letters,
    clock,
    put: (sk: string, more = {}) =>
      client.send(new PutItemCommand({ TableName: theTable.ref, Item: { pk: { S: 'p' }, sk: { S: sk }, ...more } })),
    remove: (sk: string) =>
      client.send(new DeleteItemCommand({ TableName: theTable.ref, Key: { pk: { S: 'p' }, sk: { S: sk } } })),
    async run(handler: Handler = () => undefined) {
      const streams = await createStreams({
        ...options,
        functions: {
          invoke: async (_, payload) => {
            const batch = (payload as { Records: DynamoDBRecord[] }).Records;
            batches.push(batch.map(skOf));
            records.push(...batch);
            return handler(batch);
          },
        },
      });
      onTestFinished(() => streams.stop());
      const advance = (ms: number) =>
        clock.advance(ms, async () => {
          await streams.drained();
        });
      return { ...streams, advance };
    },
  };
}
