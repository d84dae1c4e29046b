import { durationMs } from '../../shared/time.ts';
import { type AslDefinition, type AslState } from './state-machine-types.ts';
import { effectKinds, guardedSteps } from '../definition/graph.ts';
import { roundsPerSegment } from './execution-segments.ts';
import { type CompileContext, type CompiledStates } from './compile-context.ts';
import { compileStep } from './compile-step.ts';
import { type StepFunctions } from './task-states.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';

export { type StepFunction, type StepFunctions } from './task-states.ts';

/** Names of the states before the first step. */
const [resumeState, throttleState] = ['Start: leg', 'Start: throttled'] as const;

/**
 * Returns the steps at which a continued execution can start, after a suspension or a long loop.
 */
function continuationSteps(states: CompiledStates): string[] {
  return Object.values(states).flatMap((state) => {
    const at = state.Type === 'Task' ? state.Arguments.Payload.at : undefined;
    return typeof at === 'string' ? [at] : [];
  });
}

/** Compiles the wait of a throttled entry. Other entries do not wait there. */
const throttleWait = (start: string): AslState => ({
  Type: 'Wait',
  Timestamp:
    '{% $exists($states.input.run.notBefore) ? $states.input.run.notBefore : $states.context.Execution.StartTime %}',
  Next: start,
});

/** Compiles the Choice of the step at which a continuation resumes. */
const resumeChoice = (resumeAt: string[], first: string): AslState => ({
  Type: 'Choice',
  Choices: resumeAt.map((id) => ({
    Condition: `{% $exists($states.input.run.at) and $states.input.run.at = ${JSON.stringify(id)} %}`,
    Next: id,
  })),
  Default: first,
});

/** Returns the states before the first step, and the name of the first one. */
function startStates(
  { start, entry }: JourneyDefinition,
  resumeAt: string[],
): { startAt: string; states: CompiledStates } {
  const first = entry.throttle ? throttleState : start;
  const isResumed = resumeAt.length > 0;
  return {
    startAt: isResumed ? resumeState : first,
    states: {
      ...(isResumed && { [resumeState]: resumeChoice(resumeAt, first) }),
      ...(entry.throttle && { [throttleState]: throttleWait(start) }),
    },
  };
}

/**
 * Returns the steps that check the step guard. A migrated enrolment may carry a paused mark, so its
 * first message may be deferred. Steps at which it enters therefore need the guard's Choice.
 */
function guardedStepsOf(definition: JourneyDefinition, resumeAt: string[]): Set<string> {
  const entered = resumeAt.filter((id) => effectKinds.has(definition.steps[id]?.kind ?? 'exit'));
  return new Set([...guardedSteps(definition), ...entered]);
}

/**
 * Compiles a valid journey. States are named like steps, so that the Step Functions console reads
 * like the journey. There are few, as each transition costs. Each state gets the execution's input,
 * in which `vars` and `run` change. `resumeAt` lists entry steps of migrated enrolments.
 */
export function compileJourney(
  definition: JourneyDefinition,
  functions: StepFunctions,
  { resumeAt = [] }: { resumeAt?: string[] } = {},
): AslDefinition {
  const context: CompileContext = {
    functions,
    guarded: guardedStepsOf(definition, resumeAt),
    parkAfter: durationMs(definition.parkAfter),
    roundsPerSegment: roundsPerSegment(definition),
    hours: definition.hours,
  };
  const steps = Object.entries(definition.steps).map(([id, step]) => compileStep(id, step, context));
  const states = Object.assign({}, ...steps) as CompiledStates;
  const start = startStates(definition, [...new Set([...continuationSteps(states), ...resumeAt])]);
  return {
    Comment: `${definition.name.en}, version ${definition.version}`,
    QueryLanguage: 'JSONata',
    StartAt: start.startAt,
    States: { ...start.states, ...states },
  };
}
