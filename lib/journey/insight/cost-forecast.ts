import { pricesDate } from '../../shared/prices.ts';
import { dayMs, daySeconds, durationMs } from '../../shared/time.ts';
import { compileJourney } from '../compilation/compile-journey.ts';
import { longestPathsFrom, loopsOf } from '../compilation/execution-segments.ts';
import { type AslDefinition, type AslState } from '../compilation/state-machine-types.ts';
import { alwaysSuspends, maxDurationMs } from '../compilation/step-limits.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { estimateVisits, estimateMeanWait, assumedWaitShare } from './expected-visits.ts';
import { simulatedFunctions } from '../compilation/simulated-functions.ts';
import { type Step } from '../definition/step.ts';
import { type JourneyForecast } from './journey-forecast.ts';
import { messageUsd, continuationUsd, enrolmentUsd, transitionUsd, visitUsd } from './step-cost.ts';

/**
 * Maximum number of open executions in an account: default quota of Step Functions' standard
 * workflows, which can be raised.
 */
export const maxOpenEnrolments = 1_000_000;

/**
 * Transition that Step Functions bills for each execution besides its states, as the benchmark
 * measured.
 */
const transitionsPerExecution = 1;

/** Channels whose price depends on the country. They are not in the forecast. */
const unpricedChannels = ['sms', 'whatsapp'];

/** Transitions of one visit, without (`usual`) and with (`most`) a deferral by contact hours. */
interface VisitTransitions {
  usual: number;
  most: number;
}

/** What a forecast is computed from. */
interface ForecastInput {
  definition: JourneyDefinition;
  /** Waits longer than this suspend the execution, ms. */
  parkAfter: number;
  /** Transitions before the first step. */
  entryTransitions: number;
  /** Expected visits of one entry, by step. */
  visits: ReadonlyMap<string, number>;
  /** Transitions of one visit, by step. */
  transitions: ReadonlyMap<string, VisitTransitions>;
}

type StepCost = (id: string, step: Step) => number;

/**
 * Transitions of a wait whose end is computed again: the wait before it, the call, and a Choice.
 */
function recomputeTransitions(again: AslState | undefined, choice: string): number {
  if (again?.Type !== 'Task') return 0;
  return again.Next === choice ? 3 : 2;
}

/** Counts the transitions of one visit by the states of the step in the compiled journey. */
function countTransitions({ States }: AslDefinition, id: string, isSuspended: boolean): VisitTransitions {
  const count = (part: string): number => (Object.hasOwn(States, `${id}: ${part}`) ? 1 : 0);
  // A suspended execution ends, and the next one is led to its step.
  const suspension = isSuspended ? 2 + transitionsPerExecution : 0;
  const recomputed = recomputeTransitions(States[`${id}: again`], `${id}: way`);
  const usual = 1 + count('way') + count('sent') + count('until') + suspension + recomputed;
  // A deferred message waits, and is then sent as a new visit.
  return { usual, most: usual + count('later') * 3 };
}

function readInput(definition: JourneyDefinition): ForecastInput {
  const parkAfter = durationMs(definition.parkAfter);
  const machine = compileJourney(definition, simulatedFunctions);
  const transitions = Object.entries(definition.steps).map(
    ([id, step]) => [id, countTransitions(machine, id, alwaysSuspends(step, parkAfter))] as const,
  );
  return {
    definition,
    parkAfter,
    entryTransitions: transitionsPerExecution + (definition.entry.throttle ? 1 : 0),
    visits: estimateVisits(definition),
    transitions: new Map(transitions),
  };
}

/** Returns the mean time that a visit keeps its execution open, ms. */
function meanOpenMs(step: Step, parkAfter: number): number {
  if (alwaysSuspends(step, parkAfter)) return 0;
  if (step.kind === 'waitForEvent' || step.kind === 'humanTask') return assumedWaitShare * durationMs(step.timeout);
  if (step.kind !== 'wait') return 0;
  const mean = estimateMeanWait(step);
  return Number.isFinite(mean) ? Math.min(mean, parkAfter) : parkAfter / 2;
}

/** Sums the costs of the expected visits. */
function sumVisits({ definition, visits }: ForecastInput, cost: StepCost): number {
  const { steps } = definition;
  return [...visits].reduce((total, [id, n]) => total + (steps[id] ? n * cost(id, steps[id]) : 0), 0);
}

/** Sums the costs of the longest path through the journey, with all loops to their limit. */
function sumLongestPath({ definition }: ForecastInput, cost: StepCost): number {
  const ids = new Map(Object.entries(definition.steps).map(([id, step]) => [step, id]));
  const from = longestPathsFrom(definition, (step) => cost(ids.get(step) ?? '', step));
  const rounds = loopsOf(definition).map(({ to, limit }) => limit * (from.get(to) ?? 0));
  return (from.get(definition.start) ?? 0) + rounds.reduce((sum, n) => sum + n, 0);
}

function forecastTransitions(input: ForecastInput): JourneyForecast['transitions'] {
  const { entryTransitions, transitions } = input;
  return {
    expected: entryTransitions + sumVisits(input, (id) => transitions.get(id)?.usual ?? 0),
    worst: entryTransitions + sumLongestPath(input, (id) => transitions.get(id)?.most ?? 0),
  };
}

function forecastOpenDays(input: ForecastInput): JourneyForecast['openDays'] {
  const { definition, parkAfter } = input;
  const maxOpenMs: StepCost = (_, step) => (alwaysSuspends(step, parkAfter) ? 0 : maxDurationMs(step, definition));
  return {
    expected: sumVisits(input, (_, step) => meanOpenMs(step, parkAfter)) / dayMs,
    worst: sumLongestPath(input, maxOpenMs) / dayMs,
  };
}

function forecastOpen(
  { expected, worst }: JourneyForecast['openDays'],
  entriesPerDay: number,
): JourneyForecast['open'] {
  return {
    entriesPerDay,
    expected: Math.ceil(entriesPerDay * expected),
    worst: Math.ceil(entriesPerDay * worst),
    limit: maxOpenEnrolments,
    entriesPerDayAtLimit: Math.floor(maxOpenEnrolments / Math.max(expected, 1 / daySeconds)),
  };
}

/** Returns the US dollars of one visit of a step. */
function stepUsd({ transitions, parkAfter }: ForecastInput, id: string, step: Step): number {
  return (
    transitionUsd * (transitions.get(id)?.usual ?? 0) +
    visitUsd(step.kind) +
    (step.kind === 'send' ? messageUsd(step.channel) : 0) +
    (alwaysSuspends(step, parkAfter) ? continuationUsd : 0)
  );
}

function forecastCost(input: ForecastInput): JourneyForecast['usdPerThousand'] {
  const { definition, visits, entryTransitions } = input;
  const all = Object.entries(definition.steps);
  const steps = all.map(([id, step]) => [id, 1_000 * (visits.get(id) ?? 0) * stepUsd(input, id, step)] as const);
  const stay = 1_000 * (enrolmentUsd + entryTransitions * transitionUsd);
  const channels = new Set(all.flatMap(([, step]) => (step.kind === 'send' ? [step.channel] : [])));
  return {
    total: stay + steps.reduce((total, [, usd]) => total + usd, 0),
    stay,
    steps: Object.fromEntries(steps),
    unpriced: [...channels].filter((channel) => unpricedChannels.includes(channel)),
    pricesOf: pricesDate,
  };
}

/** Forecasts transitions, open executions and cost. The definition must be valid. */
export function forecastJourney(definition: JourneyDefinition, entriesPerDay: number): JourneyForecast {
  const input = readInput(definition);
  const openDays = forecastOpenDays(input);
  return {
    transitions: forecastTransitions(input),
    openDays,
    open: forecastOpen(openDays, entriesPerDay),
    usdPerThousand: forecastCost(input),
  };
}
