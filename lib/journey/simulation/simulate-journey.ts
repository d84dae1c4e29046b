import { Workspace } from '../../model/workspace.ts';
import { type JsonObject } from '../../shared/json.ts';
import { dayMs } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Trigger } from '../definition/trigger.ts';
import { type Attempt, attemptWithin, type TimeLimit } from './attempts.ts';
import { newCustomer, type SimulatedCustomer } from './customers/simulated-customer.ts';
import {
  type SyntheticCustomer,
  drawSyntheticCustomer,
  type SimulatedPeriod,
  msUntilNext,
  touchpointsToMake,
} from './customers/synthetic-customers.ts';
import { Population } from './customers/population.ts';
import { type SimulationResult } from './simulation-result.ts';
import { markIncomplete, runToEnd, type SimulationRequest } from './run-to-end.ts';
import { JourneySimulation } from './journey-simulation.ts';
import { type SimulationContext } from './simulation-context.ts';
import { type PlannedTouchpoint } from './engine/step-answers.ts';
import { findSatisfyingTouchpoints } from './customers/satisfying-touchpoints.ts';

/** Touchpoints of a kind per month and customer, if the population names no rate for it. */
const defaultPerMonth = 0.5;

/** Returns the properties that the event of a trigger has. */
function triggerProperties(trigger: Trigger): JsonObject {
  if ('stageEntered' in trigger) return { stage: trigger.stageEntered[0] ?? '' };
  if ('segmentJoined' in trigger) return { segment: trigger.segmentJoined[0] ?? '' };
  return 'churnBand' in trigger ? { band: trigger.churnBand[0] ?? '' } : {};
}

/**
 * Returns the touchpoint that satisfies the trigger, or an entry request with the trigger's
 * properties.
 */
function planEntry(trigger: Trigger): { touchpoint: PlannedTouchpoint } | { request: PlannedTouchpoint } {
  if (!('touchpoint' in trigger))
    return { request: { name: Object.keys(trigger)[0] ?? '', properties: triggerProperties(trigger) } };
  const [touchpoint] = findSatisfyingTouchpoints(trigger.touchpoint);
  return touchpoint ? { touchpoint } : { request: { name: 'Touchpoint', properties: {} } };
}

/**
 * Adds a key of the customer's own if the journey has an entry key. A dotted key is left to the
 * trigger.
 */
function addEntryKey(
  { entry }: JourneyDefinition,
  planned: PlannedTouchpoint,
  person: SyntheticCustomer,
): PlannedTouchpoint {
  return entry.key === undefined || entry.key.includes('.')
    ? planned
    : { ...planned, properties: { [entry.key]: `${person.id}-key`, ...planned.properties } };
}

/** Identifies the customer, then attempts an entry by one of the journey's triggers. */
function attemptEntry(simulation: JourneySimulation, customer: SimulatedCustomer): void {
  const { definition } = simulation.context;
  const { person } = customer;
  const { triggers } = definition.entry;
  // Prefers touchpoint triggers, because other triggers mostly follow from touchpoints.
  const byTouchpoint = triggers.filter((trigger) => 'touchpoint' in trigger);
  const likely = byTouchpoint.length > 0 ? byTouchpoint : triggers;
  const trigger = likely[Math.floor(person.random() * likely.length)];
  simulation.touch(customer, { name: 'Identified', properties: person.traits }); // traits are JSON
  const plan = trigger && planEntry(trigger);
  if (!plan) return;
  if ('touchpoint' in plan) simulation.touch(customer, addEntryKey(definition, plan.touchpoint, person));
  else simulation.requestEntry(customer, addEntryKey(definition, plan.request, person));
}

/** Schedules a touchpoint of the customer again and again until the end of the simulation. */
function scheduleRepeatedly(
  simulation: JourneySimulation,
  customer: SimulatedCustomer,
  touchpoint: PlannedTouchpoint,
): void {
  const perMonth = simulation.context.population.perMonth[touchpoint.name] ?? defaultPerMonth;
  const at = simulation.time.now() + msUntilNext(customer.person, perMonth);
  simulation.schedule(at, () => {
    simulation.touch(customer, touchpoint);
    scheduleRepeatedly(simulation, customer, touchpoint);
  });
}

/** Schedules a customer's entry, and from then on the touchpoints that the customer may make. */
function scheduleCustomer(simulation: JourneySimulation, person: SyntheticCustomer): void {
  simulation.schedule(person.entersAt, () => {
    const { workspace, possibleTouchpoints } = simulation.context;
    const customer = newCustomer(person, workspace);
    attemptEntry(simulation, customer);
    for (const touchpoint of possibleTouchpoints) scheduleRepeatedly(simulation, customer, touchpoint);
  });
}

/**
 * Simulates a journey for a number of days. The same request gives the same result on all machines.
 * Memory grows with customers, not with days. If the time limit cuts the number of customers, the
 * result names the number and equals that of a request for it.
 */
export async function simulateJourney(request: SimulationRequest, limit?: TimeLimit): Promise<SimulationResult> {
  const { customers: requested, days } = request;
  const { result, complete } = await attemptWithin(requested, limit, (customers, isStopped) =>
    simulateSome({ ...request, customers }, isStopped),
  );
  return complete ? result : markIncomplete(result, { customers: requested, days });
}

function simulateSome(request: SimulationRequest, isStopped: () => boolean): Promise<Attempt<SimulationResult>> {
  const { apply, definition, customers, days, seed, from: start, placements = [] } = request;
  const population = request.population ?? Population.parse({});
  const workspace = request.workspace ?? Workspace.parse({ id: 'simulated', name: 'Simulated' });
  const possibleTouchpoints = touchpointsToMake(definition);
  const context: SimulationContext = {
    apply,
    definition,
    workspace,
    placements,
    population,
    possibleTouchpoints,
    start,
  };
  const simulation = new JourneySimulation(context);
  const span: SimulatedPeriod = { start, end: start + days * dayMs };
  for (let number = 0; number < customers; number++)
    scheduleCustomer(simulation, drawSyntheticCustomer(definition, population, { seed, number, span }));
  return runToEnd(simulation, request, { end: span.end, isStopped });
}
