import { durationMs, dayMs } from '../../shared/time.ts';
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

export interface Loop {
  id: string;
  to: string;
  limit: number;
}

export const loopsOf = ({ steps }: Pick<JourneyDefinition, 'steps'>): Loop[] =>
  Object.entries(steps).flatMap(([id, step]) => (step.kind === 'goTo' ? [{ id, to: step.to, limit: step.limit }] : []));

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
  const longest = new Map<string, number>();
  const measure = (id: string): number => {
    const known = longest.get(id);
    if (known !== undefined) return known;
    const step = Object.hasOwn(steps, id) ? steps[id] : undefined;
    if (!step) return 0;
    longest.set(id, 0); // ends a circle, should there be one
    const found = stops(step) ? 0 : cost(step) + Math.max(0, ...nextSteps(step).map(measure));
    longest.set(id, found);
    return found;
  };
  for (const id of Object.keys(steps)) measure(id);
  return longest;
}

/**
 * Returns the cost of the longest path of one execution without loop rounds, and that from each
 * step.
 */
function stronglyConnectedParts(
  definition: CompilableJourney,
  cost: (step: Step) => number,
): { straight: number; from: Map<string, number> } {
  const parkAfter = durationMs(definition.parkAfter);
  const from = longestPathsFrom(definition, cost, (step) => alwaysSuspends(step, parkAfter));
  return { straight: Math.max(0, ...from.values()), from };
}

const measuresOf = (definition: CompilableJourney) => ({
  events: stronglyConnectedParts(definition, maxHistoryEvents),
  ms: stronglyConnectedParts(definition, (step) => maxDurationMs(step, definition)),
});

/** Returns the maximum of events and ms of one execution without loop rounds. */
export function longestSegment(definition: CompilableJourney): { events: number; ms: number } {
  const { events, ms } = measuresOf(definition);
  return { events: events.straight, ms: ms.straight };
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
    const { straight, from } = measures[kind];
    const share = Math.max(0, eventsPerSegment[kind] - straight) / loops.length;
    return 1 + Math.floor(share / Math.max(1, from.get(to) ?? 0));
  };
  const most = loops.map((loop) => [loop, Math.min(fits(loop, 'events'), fits(loop, 'ms'))] as const);
  return new Map(most.flatMap(([{ id, limit }, n]) => (limit >= n ? [[id, n] as const] : [])));
}
