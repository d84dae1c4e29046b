import { pricesDate } from '../../shared/prices.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { messageUsd, continuationUsd, enrolmentUsd, transitionUsd, visitUsd } from '../insight/step-cost.ts';
import { type SimulatedStep, type SimulationResult } from './simulation-result.ts';

type Counted = Pick<SimulatedStep, 'stepId' | 'visits' | 'transitions' | 'sent'> & { parked: number };

function stepUsd({ steps }: JourneyDefinition, { stepId, visits, transitions, sent = 0, parked }: Counted): number {
  const step = steps[stepId];
  if (!step) return transitions * transitionUsd;
  const messages = step.kind === 'send' ? sent * messageUsd(step.channel) : 0;
  return transitions * transitionUsd + visits * visitUsd(step.kind) + messages + parked * continuationUsd;
}

/** Returns the cost of the simulated days, in US dollars, by step and in total. */
export function simulatedCostOf(
  definition: JourneyDefinition,
  { steps, entered, days }: { steps: Counted[]; entered: number; days: number },
): SimulationResult['cost'] & { stepCosts: Record<string, number> } {
  const stepCosts = Object.fromEntries(steps.map((step) => [step.stepId, stepUsd(definition, step)]));
  const total = entered * enrolmentUsd + Object.values(stepCosts).reduce((sum, dollars) => sum + dollars, 0);
  const perThousandEntries = entered === 0 ? 0 : (1_000 * total) / entered;
  return { stepCosts, perThousandEntries, perMonth: (total / days) * 30, pricesOf: pricesDate };
}
