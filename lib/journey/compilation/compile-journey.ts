import { durationMs } from '../../shared/time.ts';
import { type AslDefinition, type AslState } from './state-machine-types.ts';
import {
  compileBranch,
  compileExit,
  compileExperiment,
  compileGoTo,
  compileRandomSplit,
} from './steps/branching-steps.ts';
import {
  compileDecide,
  compileEmitEvent,
  compileSend,
  compileStartJourney,
  compileUpdateProfile,
  compileWebhook,
} from './steps/effect-steps.ts';
import { effectKinds, guardedSteps } from '../definition/graph.ts';
import { roundsPerSegment } from './execution-segments.ts';
import { type StepCompiler, type CompileContext, type CompiledStates } from './compile-context.ts';
import { type StepFunctions } from './task-states.ts';
import { compileHumanTask, compileWait, compileWaitForEvent } from './steps/waiting-steps.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Step, type StepOf } from '../definition/step.ts';

export { type StepFunction, type StepFunctions } from './task-states.ts';

/**
 * Compilers by step kind. The first state is named like the step. Helper states add a colon, which
 * no step id may hold.
 */
const compilers: { [Kind in Step['kind']]: StepCompiler<Kind> } = {
  send: compileSend,
  wait: compileWait,
  waitForEvent: compileWaitForEvent,
  branch: compileBranch,
  randomSplit: compileRandomSplit,
  experiment: compileExperiment,
  decide: compileDecide,
  updateProfile: compileUpdateProfile,
  emitEvent: compileEmitEvent,
  webhook: compileWebhook,
  humanTask: compileHumanTask,
  startJourney: compileStartJourney,
  goTo: compileGoTo,
  exit: compileExit,
};

function statesOf<Kind extends Step['kind']>(id: string, step: StepOf<Kind>, shop: CompileContext): CompiledStates {
  const compile = compilers[step.kind];
  return compile(id, step, shop);
}

const leg = 'Start: leg';
const throttled = 'Start: throttled';

/**
 * Returns the steps at which a continued execution can start, after a suspension or a long loop.
 */
function legSteps(states: CompiledStates): string[] {
  return Object.values(states).flatMap((state) => {
    const at = state.Type === 'Task' ? state.Arguments.Payload.at : undefined;
    return typeof at === 'string' ? [at] : [];
  });
}

/**
 * Returns the states before the first step: the choice of the step at which a continuation resumes,
 * and the wait of a throttled entry.
 */
function beginning(
  { start, entry }: JourneyDefinition,
  resumeAt: string[],
): { startAt: string; states: CompiledStates } {
  const first = entry.throttle ? throttled : start;
  const wait: AslState = {
    Type: 'Wait',
    Timestamp:
      '{% $exists($states.input.run.notBefore) ? $states.input.run.notBefore : $states.context.Execution.StartTime %}',
    Next: start,
  };
  const doors: AslState = {
    Type: 'Choice',
    Choices: resumeAt.map((id) => ({
      Condition: `{% $exists($states.input.run.at) and $states.input.run.at = ${JSON.stringify(id)} %}`,
      Next: id,
    })),
    Default: first,
  };
  return {
    startAt: resumeAt.length > 0 ? leg : first,
    states: { ...(resumeAt.length > 0 && { [leg]: doors }), ...(entry.throttle && { [throttled]: wait }) },
  };
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
  // A migrated enrolment may carry a paused mark, so its first message may be deferred. Such steps
  // need the guard's Choice.
  const entered = resumeAt.filter((id) => effectKinds.has(definition.steps[id]?.kind ?? 'exit'));
  const shop: CompileContext = {
    functions,
    gated: new Set([...guardedSteps(definition), ...entered]),
    parkAfter: durationMs(definition.parkAfter),
    roundsPerLeg: roundsPerSegment(definition),
    hours: definition.hours,
  };
  const steps = Object.entries(definition.steps).map(([id, step]) => statesOf(id, step, shop));
  const states = Object.assign({}, ...steps) as CompiledStates;
  const begin = beginning(definition, [...new Set([...legSteps(states), ...resumeAt])]);
  return {
    Comment: `${definition.name.en}, version ${definition.version}`,
    QueryLanguage: 'JSONata',
    StartAt: begin.startAt,
    States: { ...begin.states, ...states },
  };
}
