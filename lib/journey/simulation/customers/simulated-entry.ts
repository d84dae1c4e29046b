import { type Workspace } from '#lib/model/workspace.ts';
import { type Touchpoint } from '#lib/model/touchpoint.ts';
import { omitBy } from '#lib/shared/records.ts';
import { type Instant } from '#lib/shared/time.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';
import { decideAdmission } from '../../enrolment/admission.ts';
import { type EntryRejectionReason } from '../../enrolment/admission-rules/admission-input.ts';
import { entryKeyFor, type EntryRequest } from '../../enrolment/entry-request.ts';
import { type ExecutionInput, firstExecutionInput } from '../../enrolment/execution-input.ts';
import { admitToProfile } from '../../enrolment/profile-entry.ts';
import { type SimulatedCounters } from './simulated-counters.ts';
import { type SimulatedCustomer } from './simulated-customer.ts';

/** An entry request in a simulation. */
export interface SimulatedEntry {
  definition: JourneyDefinition;
  workspace: Workspace;
  request: EntryRequest;
  /** The touchpoint that requests the entry. Missing if something else does, such as a schedule. */
  touchpoint?: Touchpoint | undefined;
  counters: SimulatedCounters;
  now: Instant;
}

/**
 * Admits a customer as in production (`decideAdmission`, `admitToProfile`), and returns the
 * execution's input or the rejection. An admission updates profile, slot and counters.
 */
export function enterJourney(
  customer: SimulatedCustomer,
  { workspace, touchpoint, counters, ...entry }: SimulatedEntry,
): ExecutionInput | EntryRejectionReason {
  const { definition, request, now } = entry;
  const { person, profile, slots } = customer;
  const entryKey = entryKeyFor(definition, request);
  if (entryKey === undefined) return 'no-entry-key';
  const enrolmentId = `${person.id}.${customer.entries + 1}`;
  const slot = slots.get(entryKey);
  const since = touchpoint ? [touchpoint] : [];
  const counted = counters.counted(definition, now);
  const decision = decideAdmission({ ...entry, enrolmentId, entryKey, workspace, profile, slot, since, counted });
  if ('reason' in decision) return decision.reason;
  customer.entries++;
  customer.profile = admitToProfile(profile, decision);
  slots.set(entryKey, { active: enrolmentId, lastEntered: now, entries: (slot?.entries ?? 0) + 1 });
  counters.enters(definition, now);
  const owner = { workspace: workspace.id, customer: profile.customer };
  return firstExecutionInput({ enrolment: decision.enrolment, owner }, definition, request);
}

/** Ends an enrolment: removes it and its waits from the profile, and frees its entry slot. */
export function leaveJourney(customer: SimulatedCustomer, enrolmentId: string): void {
  const { profile, slots } = customer;
  const journeys = omitBy(profile.journeys, (_, id) => id === enrolmentId);
  const waits = omitBy(profile.waits, (wait) => wait.enrolmentId === enrolmentId);
  customer.profile = { ...profile, journeys, waits };
  for (const [key, { active, ...slot }] of slots) if (active === enrolmentId) slots.set(key, slot);
}
