import { type Placement } from '../../decision/placements/placement.ts';
import { type Workspace } from '../../model/workspace.ts';
import { dayMs, instantAt } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Attempt } from './attempts.ts';
import { type Population } from './customers/population.ts';
import { type ApplyTouchpoint } from './customers/simulated-customer.ts';
import { type JourneySimulation } from './journey-simulation.ts';
import { simulatedCostOf } from './simulated-cost.ts';
import { type SimulationResult } from './simulation-result.ts';

/** What to simulate. The same request gives the same result. */
export interface SimulationRequest {
  apply: ApplyTouchpoint;
  definition: JourneyDefinition;
  workspace?: Workspace;
  placements?: readonly Placement[];
  population?: Population;
  customers: number;
  days: number;
  seed: number;
  /** Start of the simulated period, epoch ms. */
  from: number;
}

/** Marks a result that covers fewer customers or days than requested, and adds a warning. */
export function markIncomplete(result: SimulationResult, asked: { customers: number; days: number }): SimulationResult {
  const { customers, days } = result;
  const warning = `time was up: ${customers} of ${asked.customers} customers over ${days} of ${asked.days} days were simulated`;
  return { ...result, complete: false, stopped: 'time', asked, warnings: [...result.warnings, warning] };
}

/**
 * Runs a simulation and returns its result. If it is stopped before the end, the result is as of
 * the last whole day.
 */
export async function runToEnd(
  simulation: JourneySimulation,
  request: SimulationRequest,
  { end, isStopped }: { end: number; isStopped: () => boolean },
): Promise<Attempt<SimulationResult>> {
  const { days, from: start } = request;
  const open: number[] = [];
  let result = resultAt(simulation, request, open);
  for (let day = 1; day <= days; day++) {
    if (!(await simulation.run(Math.min(end, start + day * dayMs), isStopped)))
      return { result, progress: (simulation.time.now() - start) / (end - start) };
    open.push(simulation.open);
    result = resultAt(simulation, request, open);
  }
  return { result, progress: 1 };
}

/** Returns the result so far. `open` holds the number of open executions for each simulated day. */
function resultAt(
  simulation: JourneySimulation,
  { definition, customers, seed, from: start }: SimulationRequest,
  open: readonly number[],
): SimulationResult {
  const days = open.length;
  const { steps, ...counts } = structuredClone(simulation.tally.result());
  const { stepCosts, ...cost } = simulatedCostOf(definition, {
    steps,
    entered: counts.entered,
    days: Math.max(1, days),
  });
  return {
    complete: true,
    seed,
    from: instantAt(start),
    days,
    customers,
    ...counts,
    steps: steps.map(({ parked: _parked, ...step }) => ({ ...step, usd: stepCosts[step.stepId] ?? 0 })),
    open: [...open],
    peakOpen: simulation.peakOpen,
    cost,
    warnings: warningsOf(definition),
  };
}

/** Returns warnings on what the figures leave out. */
function warningsOf({ steps }: JourneyDefinition): string[] {
  const kinds = new Set(Object.values(steps).map((step) => (step.kind === 'send' ? step.channel : step.kind)));
  return [
    ...(kinds.has('sms') || kinds.has('whatsapp')
      ? ['carriers bill text messages by country: not part of the cost']
      : []),
    ...(kinds.has('startJourney') ? ['journeys that this one starts are not simulated'] : []),
    ...(kinds.has('decide') ? ['offers are drawn evenly: what was learnt of them is not part of a simulation'] : []),
  ];
}
