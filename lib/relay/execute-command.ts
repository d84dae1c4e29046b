import * as z from 'zod';
import { Customer } from '../model/customer.ts';
import { type JourneySignalHandler } from '../journey/execution/journey-signals.ts';
import { JsonObject } from '../shared/json.ts';
import { type MembershipIndex } from '../segment/membership-index.ts';
import { applyToIndex } from './apply-to-index.ts';
import { ProfileChange } from '../model/profile-change.ts';
import { type JourneyCommand, isCommand } from './change-events.ts';

/** What `executeCommand` acts on: waiting journeys and the membership index. */
export interface CommandTargets {
  journeys: JourneySignalHandler;
  directory: MembershipIndex;
}

/**
 * Executes a command. Idempotent: a step that no longer waits, or an ended enrolment, is not
 * changed. Returns the outcome for the log.
 */
export async function executeCommand(
  { journeys, directory }: CommandTargets,
  customer: Customer,
  command: JourneyCommand,
): Promise<string> {
  if (command.type === 'woken') return journeys.completeWait({ ...command, customer });
  if (command.type === 'seen') return journeys.recordSeen({ ...command, customer });
  if (command.type === 'exited') return journeys.exitEnrolment({ ...command, customer });
  await applyToIndex(directory, customer, command);
  return 'listed';
}

const CommandSignal = z.custom<JourneyCommand>((value) => {
  const signal = ProfileChange.safeParse(value);
  return signal.success && isCommand(signal.data);
});

/**
 * Work of relay that failed for a record: an event, a command, or the whole row if it was
 * unreadable.
 */
export const RelayWork = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), name: z.string(), detail: JsonObject }),
  z.object({ kind: z.literal('command'), customer: Customer, command: CommandSignal }),
  z.object({ kind: z.literal('row'), change: z.enum(['INSERT', 'MODIFY', 'REMOVE']) }),
]);
export type RelayWork = z.infer<typeof RelayWork>;
