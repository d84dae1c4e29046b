import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Bus } from '../../../lib/aws/bus.ts';
import { type DeadLetters } from '../../../lib/aws/dead-letters.ts';
import { inLanes } from '../../../lib/aws/lanes.ts';
import { metricLine, writeLine } from '../../../lib/aws/metrics.ts';
import { readRecord } from '../../../lib/aws/stream-record.ts';
import { type Customer } from '../../../lib/identity/customer.ts';
import { type Wake } from '../../../lib/journey/wake.ts';
import { partition } from '../../../lib/keys.ts';
import { type Command, type Telling, tellingOf } from '../../../lib/profile/telling.ts';
import { type Directory, follow } from '../../../lib/profile/directory.ts';
import { type Clock } from '../../../lib/time.ts';

export interface Dependencies {
  bus: Bus;
  journeys: Wake;
  directory: Directory;
  deadLetters: DeadLetters;
  clock: Clock;
}

/** Customers whose journeys are told at the same time. */
const lanes = 8;

interface Order {
  sequence: string;
  customer: Customer;
  command: Command;
}

/** Everything the telling of one batch shares. */
interface Batch {
  tellings: { sequence: string; telling: Telling }[];
  counts: Record<string, number>;
  failed: Set<string>;
}

export function relay({ bus, journeys, directory, deadLetters, clock }: Dependencies) {
  const count = ({ counts }: Batch, outcome: string): void => void (counts[outcome] = (counts[outcome] ?? 0) + 1);

  /** A record nobody can read is put aside, with its key and the reason; the queue's own trouble is tried again. */
  async function putAside({ dynamodb = {} }: DynamoDBRecord, cause: unknown, batch: Batch): Promise<void> {
    const { Keys = {}, SequenceNumber: sequenceNumber = '' } = dynamodb;
    const key = { pk: Keys.pk?.S ?? '', sk: Keys.sk?.S ?? '' };
    const reason = `row.invalid: ${cause instanceof Error ? cause.message : String(cause)}`.slice(0, 1_000);
    try {
      await deadLetters({ function: 'relay', key, sequenceNumber, reason });
      count(batch, 'deadLettered');
    } catch (error) {
      console.error(error);
      batch.failed.add(sequenceNumber);
    }
  }

  async function read(records: DynamoDBRecord[]): Promise<Batch> {
    const batch: Batch = { tellings: [], counts: {}, failed: new Set() };
    for (const record of records) {
      try {
        const change = readRecord(record);
        const telling = tellingOf(change);
        if (telling) batch.tellings.push({ sequence: change.sequence, telling });
      } catch (error) {
        await putAside(record, error, batch);
      }
    }
    return batch;
  }

  async function publish(batch: Batch): Promise<void> {
    const all = batch.tellings.flatMap(({ sequence, telling }) => telling.events.map((event) => ({ sequence, event })));
    const refused = new Set(await bus.put(all.map(({ event }) => event)));
    for (const [place, { sequence, event }] of all.entries()) {
      if (refused.has(place)) batch.failed.add(sequence);
      else count(batch, event.name);
    }
  }

  async function obey({ customer, command }: Order): Promise<string> {
    if (command.type === 'woken') return journeys.wake({ ...command, customer });
    if (command.type === 'seen') return journeys.seen({ ...command, customer });
    if (command.type === 'exited') return journeys.leave({ ...command, customer });
    await follow(directory, customer, command);
    return 'listed';
  }

  /** One customer's in their order, so that nobody is woken who has left. */
  async function steer(batch: Batch): Promise<void> {
    const orders = batch.tellings.flatMap(({ sequence, telling: { customer, commands } }) =>
      commands.map((command): Order => ({ sequence, customer, command })),
    );
    const byCustomer = Map.groupBy(orders, ({ customer }) => partition(customer));
    await inLanes([...byCustomer.values()], lanes, async (mine) => {
      for (const order of mine) {
        try {
          count(batch, await obey(order));
        } catch (error) {
          console.error(error);
          batch.failed.add(order.sequence);
        }
      }
    });
  }

  /**
   * Tells others what changed: signals and new rows become events on the bus, waiting journeys are woken or ended. At least once: what
   * could not be told is answered as a batch item failure and told again, under the same ids, and every listener does a thing once.
   * Telling a step that waits no longer, or an enrolment that has ended, changes nothing (`late`, `unknown`, `gone`).
   */
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const batch = await read(Records);
    await Promise.all([publish(batch), steer(batch)]);
    writeLine(metricLine('relay', { ...batch.counts, failed: batch.failed.size }, { now: Date.parse(clock.now()) }));
    return { batchItemFailures: [...batch.failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
