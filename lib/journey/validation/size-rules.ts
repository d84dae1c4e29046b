import { type Duration, durationMs } from '../../shared/time.ts';
import { longestPathsFrom, longestSegment, loopsOf, eventsPerSegment } from '../compilation/execution-segments.ts';
import { maxDurationMs } from '../compilation/step-limits.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { errorAt, type Diagnostic, type ValidationRule, stepsOfKind } from './diagnostic.ts';

/**
 * Maximum duration of one execution: quota of Step Functions' standard workflows. A suspended wait
 * starts a new execution.
 */
const longestExecution: Duration = '365d';

/**
 * Maximum duration of an enrolment over all executions and loop rounds, waits for a date left out.
 * Our own limit. A longer sum is a mistake of the author.
 */
const longestEnrolment: Duration = '3650d';

/**
 * Maximum number of results kept under a name. Each has up to 32 KB, and with the trigger they must
 * fit the 256 KiB of a state's input.
 */
const mostResults = 5;

/** Maximum size of a step, in bytes of JSON. Its function is called with it and the results. */
const largestStep = 48 * 1024;

/** Returns the longest duration of an enrolment, ms, waits for a date left out. */
function maxEnrolmentMs(definition: JourneyDefinition): number {
  const alwaysOn = { ...definition, parkAfter: longestEnrolment };
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
  if (durationMs(definition.parkAfter) > durationMs(longestExecution))
    faults.push(
      errorAt('too-long', 'parkAfter', `an execution lasts at most ${longestExecution}: suspend waits before`),
    );
  else if (ms > durationMs(longestExecution)) {
    const hint = `waits can add up to more than ${longestExecution} in one execution: waits of ${definition.parkAfter} and shorter ones do not suspend it`;
    faults.push(errorAt('too-long', 'steps', hint));
  } else if (maxEnrolmentMs(definition) > durationMs(longestEnrolment))
    faults.push(errorAt('too-long', 'steps', `waits and rounds can add up to more than ${longestEnrolment}`));
  if (events > eventsPerSegment.events)
    faults.push(
      errorAt(
        'too-many-steps',
        'steps',
        `one path writes ${events} events to its history, of at most ${eventsPerSegment.events}`,
      ),
    );
  return faults;
};

/**
 * Maximum length of a guardrail's name, in characters. An experiment's result repeats it for each
 * of up to 19 variants.
 */
const longestName = 200;

function checkGuardrailNames({ steps }: JourneyDefinition): Diagnostic[] {
  return stepsOfKind({ steps }, 'experiment').flatMap(({ id, step }) =>
    step.guardrails.some(({ name }) => name.length > longestName)
      ? [errorAt('too-long', `steps.${id}.guardrails`, `a name has at most ${longestName} characters`)]
      : [],
  );
}

/** Checks the size of each step, and the length of guardrails' names. */
export const checkSize: ValidationRule = (definition) => [
  ...checkGuardrailNames(definition),
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

/** Reports more results than the input of a state holds. */
export const checkResultCount: ValidationRule = (definition) => {
  const names = [...resultNames(definition).keys()];
  if (names.length <= mostResults) return [];
  const hint = `${names.join(', ')}: at most ${mostResults} results are kept: use a name again where the older result is not needed`;
  return [errorAt('too-many-results', 'steps', hint)];
};
