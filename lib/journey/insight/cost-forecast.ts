import * as z from 'zod';
import { pricesDate } from '../../shared/prices.ts';
import { durationMs, dayMs, daySeconds } from '../../shared/time.ts';
import { compileJourney } from '../compilation/compile-journey.ts';
import { longestPathsFrom, loopsOf } from '../compilation/execution-segments.ts';
import { alwaysSuspends, maxDurationMs } from '../compilation/step-limits.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { estimateVisits, estimateMeanWait, assumedWaitShare } from './expected-visits.ts';
import { simulatedFunctions } from '../compilation/simulated-functions.ts';
import { type Step } from '../definition/step.ts';
import { messageUsd, continuationUsd, enrolmentUsd, transitionUsd, visitUsd } from './step-cost.ts';

/**
 * Maximum number of open executions in an account: default quota of Step Functions' standard
 * workflows, which can be raised.
 */
export const maxOpenEnrolments = 1_000_000;

const ExpectedWorst = z.object({ expected: z.number(), worst: z.number() });

/**
 * Forecast of a journey before its first entry. `expected` takes branches by weight or evenly, and
 * waits as half answered. `worst` takes the longest path, all loops to their limit, and contact
 * hours before each message. Neither has failures or pauses. A simulation is more exact.
 */
export const JourneyForecast = z.object({
  /** State transitions of one entry. */
  transitions: ExpectedWorst,
  /** Days with an open execution for one entry. Suspended waits have none. */
  openDays: ExpectedWorst,
  /**
   * Open executions at `entriesPerDay`, the account's limit, and the entries a day that reach it.
   */
  open: z.object({
    entriesPerDay: z.number(),
    expected: z.number(),
    worst: z.number(),
    limit: z.number(),
    entriesPerDayAtLimit: z.number(),
  }),
  /**
   * US dollars for 1,000 entries, all services, by step. `stay` is the cost of entry and end.
   * `unpriced` lists channels priced by country, which are left out.
   */
  usdPerThousand: z.object({
    total: z.number(),
    stay: z.number(),
    steps: z.record(z.string(), z.number()),
    unpriced: z.array(z.string()),
    pricesOf: z.string(),
  }),
});
export type JourneyForecast = z.infer<typeof JourneyForecast>;

/**
 * Transition that Step Functions bills for each execution beside its states, as the benchmark
 * measured.
 */
const perExecution = 1;

const priced = (channel: string): boolean => messageUsd(channel) > 0 || !['sms', 'whatsapp'].includes(channel);

/**
 * Counts the transitions of one visit of each step, without (`usual`) and with (`most`) a deferral
 * by contact hours.
 */
function transitionsOf(definition: JourneyDefinition): Map<string, { usual: number; most: number }> {
  const { States } = compileJourney(definition, simulatedFunctions);
  const has = (name: string): number => (Object.hasOwn(States, name) ? 1 : 0);
  const isAlways = parkedIn(definition);
  const counts = Object.keys(definition.steps).map((id) => {
    const parked = isAlways(id) ? 2 + perExecution : 0; // it ends, and another is led to its step
    const again = States[`${id}: again`]; // an end computed again: the wait before, the call, and for a trait the Choice
    const recomputed = again?.Type === 'Task' ? (again.Next === `${id}: way` ? 3 : 2) : 0;
    const usual = 1 + has(`${id}: way`) + has(`${id}: sent`) + has(`${id}: until`) + parked + recomputed;
    return [id, { usual, most: usual + has(`${id}: later`) * 3 }] as const; // the wait, and all of it again
  });
  return new Map(counts);
}

const parkedIn =
  ({ steps, parkAfter }: JourneyDefinition) =>
  (id: string): boolean =>
    steps[id] !== undefined && alwaysSuspends(steps[id], durationMs(parkAfter));

/** Returns the mean time that a visit keeps its execution open, ms. */
function meanTime(step: Step, parkAfter: number): number {
  if (step.kind === 'waitForEvent' || step.kind === 'humanTask') return assumedWaitShare * durationMs(step.timeout);
  if (step.kind !== 'wait') return 0;
  const mean = estimateMeanWait(step);
  return Number.isFinite(mean) ? Math.min(mean, parkAfter) : parkAfter / 2;
}

/** Sums the costs of the longest path through the journey, with all loops to their limit. */
function longest(definition: JourneyDefinition, cost: (id: string, step: Step) => number): number {
  const names = new Map(Object.entries(definition.steps).map(([id, step]) => [step, id]));
  const from = longestPathsFrom(definition, (step) => cost(names.get(step) ?? '', step));
  const rounds = loopsOf(definition).map(({ to, limit }) => limit * (from.get(to) ?? 0));
  return (from.get(definition.start) ?? 0) + rounds.reduce((sum, n) => sum + n, 0);
}

/** Forecasts transitions, open executions and cost. The definition must be valid. */
export function forecastJourney(definition: JourneyDefinition, entriesPerDay: number): JourneyForecast {
  const { steps, entry } = definition;
  const parkAfter = durationMs(definition.parkAfter);
  const isAlways = parkedIn(definition);
  const visits = estimateVisits(definition);
  const counts = transitionsOf(definition);
  const before = perExecution + (entry.throttle ? 1 : 0);
  const sum = (each: (id: string, step: Step) => number): number =>
    [...visits].reduce((total, [id, n]) => total + (steps[id] ? n * each(id, steps[id]) : 0), 0);

  const usdOf = (id: string, step: Step): number =>
    transitionUsd * (counts.get(id)?.usual ?? 0) +
    visitUsd(step.kind) +
    (step.kind === 'send' ? messageUsd(step.channel) : 0) +
    (isAlways(id) ? continuationUsd : 0);
  const byStep = Object.entries(steps).map(
    ([id, step]) => [id, 1_000 * (visits.get(id) ?? 0) * usdOf(id, step)] as const,
  );
  const stay = 1_000 * (enrolmentUsd + before * transitionUsd);
  const channels = Object.values(steps).flatMap((step) => (step.kind === 'send' ? [step.channel] : []));

  const transitions = {
    expected: before + sum((id) => counts.get(id)?.usual ?? 0),
    worst: before + longest(definition, (id) => counts.get(id)?.most ?? 0),
  };
  const openDays = {
    expected: sum((id, step) => (isAlways(id) ? 0 : meanTime(step, parkAfter))) / dayMs,
    worst: longest(definition, (id, step) => (isAlways(id) ? 0 : maxDurationMs(step, definition))) / dayMs,
  };
  return {
    transitions,
    openDays,
    open: {
      entriesPerDay,
      expected: Math.ceil(entriesPerDay * openDays.expected),
      worst: Math.ceil(entriesPerDay * openDays.worst),
      limit: maxOpenEnrolments,
      entriesPerDayAtLimit: Math.floor(maxOpenEnrolments / Math.max(openDays.expected, 1 / daySeconds)),
    },
    usdPerThousand: {
      total: stay + byStep.reduce((total, [, usd]) => total + usd, 0),
      stay,
      steps: Object.fromEntries(byStep),
      unpriced: [...new Set(channels.filter((channel) => !priced(channel)))],
      pricesOf: pricesDate,
    },
  };
}
