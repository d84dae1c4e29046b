import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type ExplainingBus } from '../../../lib/aws/bus.ts';
import { type DeadLetters, writeLetter } from '../../../lib/aws/dead-letters.ts';
import { describeFault, faultOf } from '../../../lib/aws/table/write-faults.ts';
import { mapConcurrent } from '../../../lib/shared/concurrency.ts';
import { metricLine, writeLine } from '../../../lib/aws/metrics.ts';
import { type StreamLimits } from '../../../lib/aws/table/stream-limits.ts';
import { readRecord } from '../../../lib/aws/table/stream-record.ts';
import { Unavailable } from '../../../lib/shared/errors.ts';
import { JsonObject } from '../../../lib/shared/json.ts';
import { partition } from '../../../lib/model/keys/table-keys.ts';
import { obey, type RelayWork, type Steering } from '../../../lib/relay/execute-command.ts';
import { type ChangeEffects, effectsOfChange } from '../../../lib/relay/change-events.ts';
import { type Clock } from '../../../lib/shared/time.ts';

export interface RelayDependencies extends Steering {
  bus: Pick<ExplainingBus, 'offer'>;
  deadLetters: DeadLetters;
  limits: StreamLimits;
  clock: Clock;
}

/** Customers whose commands run concurrently. */
const lanes = 8;

interface ReadRecord {
  record: DynamoDBRecord;
  telling: ChangeEffects;
}

/** A part of a record that failed. `reason` is set if it can never succeed. */
interface Trouble {
  record: DynamoDBRecord;
  owner: string;
  part?: number;
  work: RelayWork;
  error: unknown;
  reason?: string;
}

/** State shared by one batch. */
interface Batch {
  records: ReadRecord[];
  counts: Record<string, number>;
  troubles: Trouble[];
  /** Customers with a successful part. */
  sound: Set<string>;
  failed: Set<string>;
}

const count = ({ counts }: Batch, outcome: string): void => void (counts[outcome] = (counts[outcome] ?? 0) + 1);

/** Copies without undefined fields, as the letter's JSON has none. */
const toJson = (value: object): JsonObject => JsonObject.parse(JSON.parse(JSON.stringify(value)));

const sequenceOf = ({ dynamodb }: DynamoDBRecord): string => dynamodb?.SequenceNumber ?? '';

function read(records: DynamoDBRecord[]): Batch {
  const batch: Batch = { records: [], counts: {}, troubles: [], sound: new Set(), failed: new Set() };
  for (const record of records) {
    try {
      const telling = effectsOfChange(readRecord(record));
      if (telling) batch.records.push({ record, telling });
    } catch (error) {
      const work: RelayWork = { kind: 'row', change: record.eventName ?? 'MODIFY' };
      batch.troubles.push({ record, owner: '', work, error, reason: describeFault('row.invalid', error) });
    }
  }
  return batch;
}

async function publish(batch: Batch, { bus }: RelayDependencies): Promise<void> {
  const all = batch.records.flatMap(({ record, telling: { customer, events } }) =>
    events.map((event, i) => ({ record, owner: partition(customer), event, part: i + 1 })),
  );
  const untaken = new Map((await bus.offer(all.map(({ event }) => event))).map((one) => [one.place, one]));
  for (const [place, { record, owner, event, part }] of all.entries()) {
    const one = untaken.get(place);
    if (!one) {
      count(batch, event.name);
      batch.sound.add(owner);
      continue;
    }
    const work: RelayWork = { kind: 'event', name: event.name, detail: toJson(event.detail) };
    const error = new Unavailable('bus.refused', { event: event.name });
    batch.troubles.push({ record, owner, part, work, error, ...(one.refusal && { reason: one.refusal }) });
  }
}

/**
 * Runs the commands of one customer in order, so that no step is resumed after its enrolment was
 * left.
 */
async function steer(batch: Batch, dependencies: RelayDependencies): Promise<void> {
  const orders = batch.records.flatMap(({ record, telling: { customer, events, commands } }) =>
    commands.map((command, i) => ({ record, customer, command, part: events.length + i + 1 })),
  );
  const byCustomer = Map.groupBy(orders, ({ customer }) => partition(customer));
  await mapConcurrent([...byCustomer], lanes, async ([owner, mine]) => {
    for (const { record, customer, command, part } of mine) {
      try {
        count(batch, await obey(dependencies, customer, command));
        batch.sound.add(owner);
      } catch (error) {
        console.error(error);
        batch.troubles.push({ record, owner, part, work: { kind: 'command', customer, command }, error });
      }
    }
  });
}

/** Milliseconds since the record was written. */
const ageOf = ({ dynamodb }: DynamoDBRecord, { clock }: RelayDependencies): number =>
  Date.parse(clock.now()) - (dynamodb?.ApproximateCreationDateTime ?? Infinity) * 1_000;

/** Returns the reason for a dead letter, or undefined if the record is to be retried. */
function reasonToPutAside(trouble: Trouble, batch: Batch, dependencies: RelayDependencies): string | undefined {
  const { record, owner, error, reason } = trouble;
  if (reason !== undefined) return reason;
  const { limits } = dependencies;
  const age = ageOf(record, dependencies);
  const fault = faultOf(error);
  if (fault.kind === 'outage') return age >= limits.asideAfterMs ? describeFault('stream.aged', error) : undefined;
  const isOwn = batch.sound.size > (batch.sound.has(owner) ? 1 : 0) || age >= limits.unforeseenAfterMs;
  return fault.kind === 'poison' || isOwn ? describeFault(fault.reason, error) : undefined;
}

/**
 * Sends a dead letter for what can never succeed. All else, and what the queue refuses, is retried.
 */
async function settle(trouble: Trouble, batch: Batch, dependencies: RelayDependencies): Promise<void> {
  const { record, work, part } = trouble;
  const reason = reasonToPutAside(trouble, batch, dependencies);
  if (reason === undefined) return void batch.failed.add(sequenceOf(record));
  const { Keys = {} } = record.dynamodb ?? {};
  const key = { pk: Keys.pk?.S ?? '', sk: Keys.sk?.S ?? '' };
  const draft = { function: 'relay', key, sequenceNumber: sequenceOf(record), reason, work: toJson(work) };
  try {
    await dependencies.deadLetters(
      writeLetter({ ...draft, ...(part !== undefined && { part }) }, dependencies.clock.now()),
    );
    count(batch, 'deadLettered');
  } catch (error) {
    console.error(error);
    batch.failed.add(sequenceOf(record));
  }
}

/**
 * Publishes changes of rows: signals and new rows become bus events, and waiting executions are
 * resumed or stopped. At least once: an outage is a batch item failure, retried under the same ids,
 * and every listener is idempotent. What can never succeed goes to the dead-letter queue. A command
 * for an ended step or enrolment changes nothing (`late`, `unknown`, `gone`).
 */
export function relayChanges(dependencies: RelayDependencies) {
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const batch = read(Records);
    await Promise.all([publish(batch, dependencies), steer(batch, dependencies)]);
    for (const trouble of batch.troubles) await settle(trouble, batch, dependencies);
    const { counts, failed } = batch;
    const now = Date.parse(dependencies.clock.now());
    writeLine(metricLine('relay', { ...counts, failed: failed.size }, { now }));
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
