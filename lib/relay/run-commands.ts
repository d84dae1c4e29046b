import type { DynamoDBRecord } from 'aws-lambda';
import { type Customer } from '../model/customer.ts';
import { partition } from '../model/keys/table-keys.ts';
import { mapConcurrent } from '../shared/concurrency.ts';
import { type JourneyCommand } from './change-events.ts';
import { executeCommand } from './execute-command.ts';
import { countWork, type RelayBatch, type RelayDependencies } from './relay-batch.ts';

/** Customers whose commands run concurrently. */
const concurrency = 8;

/** A command, the record that caused it, and its part of that record. */
interface OrderedCommand {
  record: DynamoDBRecord;
  customer: Customer;
  command: JourneyCommand;
  part: number;
}

/** Runs a command. A failure is kept, and does not stop the commands after it. */
async function runCommand(dependencies: RelayDependencies, batch: RelayBatch, ordered: OrderedCommand): Promise<void> {
  const { record, customer, command, part } = ordered;
  const owner = partition(customer);
  try {
    countWork(batch, await executeCommand(dependencies, customer, command));
    batch.sound.add(owner);
  } catch (error) {
    console.error(error);
    batch.failures.push({ record, owner, part, work: { kind: 'command', customer, command }, error });
  }
}

/**
 * Runs the commands of one customer in order, so that no step is resumed after its enrolment was
 * left.
 */
export async function runCommands(dependencies: RelayDependencies, batch: RelayBatch): Promise<void> {
  const all: OrderedCommand[] = batch.records.flatMap(({ record, effects: { customer, events, commands } }) =>
    commands.map((command, i) => ({ record, customer, command, part: events.length + i + 1 })),
  );
  const byCustomer = Map.groupBy(all, ({ customer }) => partition(customer));
  await mapConcurrent([...byCustomer.values()], concurrency, async (own) => {
    for (const ordered of own) await runCommand(dependencies, batch, ordered);
  });
}
