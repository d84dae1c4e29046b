import { durationMs } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Step } from '../definition/step.ts';
import { nextSteps } from '../definition/graph.ts';
import { maxHistoryEvents, alwaysSuspends, maxDurationMs } from './step-limits.ts';

type CompilableJourney = Pick<JourneyDefinition, 'steps' | 'hours' | 'parkAfter'>;

/** What one execution may hold. Of Step Functions' 25,000 events 5,000 are left for pauses of the journey; an execution lives a year. */
export const eventsPerSegment = { events: 20_000, ms: 365 * 86_400_000 };

export interface Loop {
  id: string;
  to: string;
  limit: number;
}

export const loopsOf = ({ steps }: Pick<JourneyDefinition, 'steps'>): Loop[] =>
  Object.entries(steps).flatMap(([id, step]) => (step.kind === 'goTo' ? [{ id, to: step.to, limit: step.limit }] : []));

/**
 * The longest way from each step on, by what its steps cost, no `goTo` led back. `stops`: where the way ends, the step itself free. For
 * definitions whose ways never lead in a circle but by `goTo`.
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

/** The longest an execution can be that never leads back, from any step at which one may begin; and from the target of each loop. */
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

/** The most that one straight way through a journey can take of an execution. */
export function longestSegment(definition: CompilableJourney): { events: number; ms: number } {
  const { events, ms } = measuresOf(definition);
  return { events: events.straight, ms: ms.straight };
}

/**
 * Of each loop that does not fit one execution: how many rounds do; after so many it goes on in a new leg. An execution is its first way
 * straight on, and one more way for each time it was led back, so what the first leaves is shared out among the loops. A loop that
 * is led back at most `n − 1` times in a leg is counted in `run.rounds`, whichever leg that began in.
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
