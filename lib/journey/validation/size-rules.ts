import { type Duration, durationMs } from '../../shared/time.ts';
import { longestPathsFrom, longestSegment, loopsOf, eventsPerSegment } from '../compilation/execution-segments.ts';
import { maxDurationMs } from '../compilation/step-limits.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { errorAt, type Diagnostic, type ValidationRule, stepsOfKind } from './diagnostic.ts';

/** An execution lives a year at most: quota of Step Functions' standard workflows. Parked waits begin a new one. */
const longestLife: Duration = '365d';

/** The longest anybody may stay inside, all executions and rounds together; waits for a date are not counted. Ours: nobody means more. */
const longestStay: Duration = '3650d';

/** Results kept under a name of their own, each of at most 32 KB: with the trigger they fit the 256 KiB that a state may hand on. */
const mostResults = 5;

/** A step's own text, which its function is called with beside the results. Bytes of JSON. */
const largestStep = 48 * 1024;

function stays(definition: JourneyDefinition): number {
  const alwaysOn = { ...definition, parkAfter: longestStay };
  const cost = (step: JourneyDefinition['steps'][string]): number =>
    step.kind === 'wait' && (step.until !== undefined || step.untilTrait) ? 0 : maxDurationMs(step, alwaysOn);
  const longest = longestPathsFrom(definition, cost);
  const rounds = loopsOf(definition).map(({ to, limit }) => limit * (longest.get(to) ?? 0));
  return Math.max(0, ...longest.values()) + rounds.reduce((sum, ms) => sum + ms, 0);
}

/** For definitions whose ways all end. */
export const checkDuration: ValidationRule = (definition) => {
  const { events, ms } = longestSegment(definition);
  const faults: Diagnostic[] = [];
  if (durationMs(definition.parkAfter) > durationMs(longestLife))
    faults.push(errorAt('too-long', 'parkAfter', `an execution lives ${longestLife}: park waits before`));
  else if (ms > durationMs(longestLife)) {
    const hint = `waits can add up to more than ${longestLife} in one execution: ${definition.parkAfter} and shorter ones are not parked`;
    faults.push(errorAt('too-long', 'steps', hint));
  } else if (stays(definition) > durationMs(longestStay))
    faults.push(errorAt('too-long', 'steps', `waits and rounds can add up to more than ${longestStay}`));
  if (events > eventsPerSegment.events)
    faults.push(
      errorAt(
        'too-many-steps',
        'steps',
        `one way leaves ${events} events in its history, of ${eventsPerSegment.events}`,
      ),
    );
  return faults;
};

/** Longest name of a guardrail: the result of an experiment repeats it for each of up to 19 variants. Characters. */
const longestName = 200;

function nameFaults({ steps }: JourneyDefinition): Diagnostic[] {
  return stepsOfKind({ steps }, 'experiment').flatMap(({ id, step }) =>
    step.guardrails.some(({ name }) => name.length > longestName)
      ? [errorAt('too-long', `steps.${id}.guardrails`, `a name has at most ${longestName} characters`)]
      : [],
  );
}

export const checkSize: ValidationRule = (definition) => [
  ...nameFaults(definition),
  ...Object.entries(definition.steps).flatMap(([id, step]) => {
    const bytes = Buffer.byteLength(JSON.stringify(step));
    return bytes > largestStep
      ? [errorAt('too-large', `steps.${id}`, `${bytes} bytes: a step may have ${largestStep}`)]
      : [];
  }),
];

/** Steps that keep a result, by the name they keep it under. */
export function resultNames({ steps }: Pick<JourneyDefinition, 'steps'>): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { id, step } of stepsOfKind({ steps }, 'decide', 'waitForEvent', 'webhook'))
    if (step.as !== undefined) names.set(step.as, [...(names.get(step.as) ?? []), id]);
  return names;
}

export const checkResultCount: ValidationRule = (definition) => {
  const names = [...resultNames(definition).keys()];
  if (names.length <= mostResults) return [];
  const hint = `${names.join(', ')}: at most ${mostResults} results are kept, name one again where the older is not needed`;
  return [errorAt('too-many-results', 'steps', hint)];
};
