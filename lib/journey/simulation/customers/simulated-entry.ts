import { type Workspace } from '../../../model/workspace.ts';
import { type Touchpoint } from '../../../model/touchpoint.ts';
import { addGoals } from '../../../profile/facts/open-goals.ts';
import { addDuration, type Instant } from '../../../shared/time.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';
import { entryKeyFor, type EntryRequest } from '../../enrolment/entry-request.ts';
import { type EntryRejectionReason, checkAdmission } from '../../enrolment/admission.ts';
import { drawSplits } from '../../definition/draw-splits.ts';
import { type ExecutionInput, firstRun } from '../../enrolment/execution-input.ts';
import { type SimulatedCounters } from './simulated-counters.ts';
import { type SimulatedCustomer } from './simulated-customer.ts';

interface SimulatedEntry {
  definition: JourneyDefinition;
  workspace: Workspace;
  knock: EntryRequest;
  /** The touchpoint that requests the entry, if it is one. */
  touchpoint?: Touchpoint | undefined;
  counters: SimulatedCounters;
  now: Instant;
}

/**
 * Admits a customer by the rules of `checkAdmission`, and returns the execution's input or the
 * rejection. An admission updates profile and slot.
 */
export function enterJourney(
  customer: SimulatedCustomer,
  { definition, workspace, knock, touchpoint, counters, now }: SimulatedEntry,
): ExecutionInput | EntryRejectionReason {
  const key = entryKeyFor(definition, knock);
  if (key === undefined) return 'no-entry-key';
  const slot = customer.slots.get(key);
  const since = touchpoint ? [touchpoint] : [];
  const refused = checkAdmission({
    definition,
    workspace,
    profile: customer.profile,
    slot,
    since,
    counted: counters.counted(definition, now),
    now,
  });
  if (refused) return refused.reason;
  const { id: journeyId, version, exit, goal, competition } = definition;
  const enrolmentId = `${customer.person.id}.${++customer.entries}`;
  const inside = {
    journeyId,
    version,
    since: now,
    ...(exit && { exit }),
    ...(competition && { competes: competition }),
  };
  const { profile } = customer;
  const goals = goal
    ? [{ enrolmentId, journeyId, version, on: goal.on, since: now, until: addDuration(now, goal.window) }]
    : [];
  customer.profile = addGoals({ ...profile, journeys: { ...profile.journeys, [enrolmentId]: inside } }, goals);
  customer.slots.set(key, { active: enrolmentId, lastEntered: now, entries: (slot?.entries ?? 0) + 1 });
  const { id, name, properties } = knock;
  const notBefore = counters.enters(definition, now);
  return {
    ...{ workspace: workspace.id, customer: profile.customer, enrolmentId, journeyId, version, startedAt: now },
    ...{ trigger: { id, name, properties }, splits: drawSplits(definition, profile), vars: {} },
    run: { ...firstRun, ...(notBefore !== undefined && { notBefore }) },
  };
}

/** Ends an enrolment: removes it and its waits from the profile, and frees its entry slot. */
export function leaveJourney(customer: SimulatedCustomer, enrolmentId: string): void {
  const { profile, slots } = customer;
  const { [enrolmentId]: _left, ...journeys } = profile.journeys;
  const waits = Object.entries(profile.waits).filter(([, wait]) => wait.enrolmentId !== enrolmentId);
  customer.profile = { ...profile, journeys, waits: Object.fromEntries(waits) };
  for (const [key, { active, ...slot }] of slots) if (active === enrolmentId) slots.set(key, slot);
}
