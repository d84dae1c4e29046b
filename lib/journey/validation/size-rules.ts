import { type Duration, durationMs } from '../../shared/time.ts';
import { longestPathsFrom, longestSegment, loopsOf, eventsPerSegment } from '../compilation/execution-segments.ts';
import { maxDurationMs } from '../compilation/step-limits.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { errorAt, type Diagnostic, type ValidationRule, stepsOfKind } from './diagnostic.ts';

/**
 * Maximum duration of one execution: quota of Step Functions' standard workflows. A suspended wait
 * starts a new execution.
 */
const longestLife: Duration = '365d';

/**
 * Maximum duration of an enrolment over all executions and loop rounds, waits for a date left out.
 * Our own limit. A longer sum is a mistake of the author.
 */
const longestStay: Duration = '3650d';

/**
 * Maximum number of results kept under a name. Each has up to 32 KB, and with the trigger they must
 * fit the 256 KiB of a state's input.
 */
const mostResults = 5;

/** Maximum size of a step, in bytes of JSON. Its function is called with it and the results. */
const largestStep = 48 * 1024;

function stays(definition: JourneyDefinition): number {
  const alwaysOn = { ...definition, parkAfter: longestStay };
  const cost = (step: JourneyDefinition['steps'][string]): number =>
    step.kind === 'wait' && (step.until !== undefined || step.untilTrait) ? 0 : maxDurationMs(step, alwaysOn);
  const longest = longestPathsFrom(definition, cost);
  const rounds = loopsOf(definition).map(({ to, limit }) => limit * (longest.get(to) ?? 0));
  return Math.max(0, ...longest.values()) + rounds.reduce((sum, ms) => sum + ms, 0);
}

/** Checks durations and history size. The definition must have no endless path. */
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

/**
 * Maximum length of a guardrail's name, in characters. An experiment's result repeats it for each
 * of up to 19 variants.
 */
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

/** Returns the steps that store a result, by the result's name. */
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
