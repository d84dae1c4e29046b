import { dayMs, durationMs } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Step } from '../definition/step.ts';
import { nextSteps } from '../definition/graph.ts';
import { maxHistoryEvents, alwaysSuspends, maxDurationMs } from './step-limits.ts';

type CompilableJourney = Pick<JourneyDefinition, 'steps' | 'hours' | 'parkAfter'>;

/**
 * Limits of one execution. Of Step Functions' 25,000 events, 5,000 are reserved for pauses of the
 * journey. An execution lives a year.
 */
export const eventsPerSegment = { events: 20_000, ms: 365 * dayMs };

/** A `goTo`: its step, the step it leads back to, and its limit of rounds. */
export interface Loop {
  id: string;
  to: string;
  limit: number;
}

/** Returns the loops of a definition. */
export const loopsOf = ({ steps }: Pick<JourneyDefinition, 'steps'>): Loop[] =>
  Object.entries(steps).flatMap(([id, step]) => (step.kind === 'goTo' ? [{ id, to: step.to, limit: step.limit }] : []));

/** A search for longest paths. `longest` keeps the costs of steps that were measured. */
interface PathSearch {
  steps: JourneyDefinition['steps'];
  cost: (step: Step) => number;
  stops: (step: Step) => boolean;
  longest: Map<string, number>;
}

function measurePath(search: PathSearch, id: string): number {
  const { steps, cost, stops, longest } = search;
  const known = longest.get(id);
  if (known !== undefined) return known;
  const step = Object.hasOwn(steps, id) ? steps[id] : undefined;
  if (!step) return 0;
  longest.set(id, 0); // ends a loop, which an invalid definition may have
  const after = (): number => Math.max(0, ...nextSteps(step).map((next) => measurePath(search, next)));
  const found = stops(step) ? 0 : cost(step) + after();
  longest.set(id, found);
  return found;
}

/**
 * Returns the cost of the longest path from each step, without rounds of `goTo`. A path ends at a
 * step for which `stops` is true, which costs nothing. Without `goTo` the definition must have no
 * loop.
 */
export function longestPathsFrom(
  { steps }: Pick<JourneyDefinition, 'steps'>,
  cost: (step: Step) => number,
  stops: (step: Step) => boolean = () => false,
): Map<string, number> {
  const search: PathSearch = { steps, cost, stops, longest: new Map() };
  for (const id of Object.keys(steps)) measurePath(search, id);
  return search.longest;
}

/** Costs of the longest paths of one execution, without loop rounds: of all, and from each step. */
interface LongestPaths {
  max: number;
  from: Map<string, number>;
}

function longestPaths(definition: CompilableJourney, cost: (step: Step) => number): LongestPaths {
  const parkAfter = durationMs(definition.parkAfter);
  const from = longestPathsFrom(definition, cost, (step) => alwaysSuspends(step, parkAfter));
  return { max: Math.max(0, ...from.values()), from };
}

const measuresOf = (definition: CompilableJourney): Record<'events' | 'ms', LongestPaths> => ({
  events: longestPaths(definition, maxHistoryEvents),
  ms: longestPaths(definition, (step) => maxDurationMs(step, definition)),
});

/** Returns the maximum of events and ms of one execution without loop rounds. */
export function longestSegment(definition: CompilableJourney): { events: number; ms: number } {
  const { events, ms } = measuresOf(definition);
  return { events: events.max, ms: ms.max };
}

/**
 * Returns, for each loop that does not fit one execution, the number of rounds after which it
 * continues in a new one. What the path without rounds leaves is shared evenly among the loops.
 * Rounds count in `run.rounds`, across executions.
 */
export function roundsPerSegment(definition: CompilableJourney): Map<string, number> {
  const loops = loopsOf(definition);
  if (loops.length === 0) return new Map();
  const measures = measuresOf(definition);
  const fits = ({ to }: Loop, kind: 'events' | 'ms'): number => {
    const { max, from } = measures[kind];
    const share = Math.max(0, eventsPerSegment[kind] - max) / loops.length;
    return 1 + Math.floor(share / Math.max(1, from.get(to) ?? 0));
  };
  const most = loops.map((loop) => [loop, Math.min(fits(loop, 'events'), fits(loop, 'ms'))] as const);
  return new Map(most.flatMap(([{ id, limit }, n]) => (limit >= n ? [[id, n] as const] : [])));
}
