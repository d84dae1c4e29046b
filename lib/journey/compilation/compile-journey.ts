import { durationMs } from '../../shared/time.ts';
import { type AslDefinition, type AslState } from './state-machine-types.ts';
import { branch, exit, experiment, goTo, randomSplit } from './steps/branching-steps.ts';
import { decide, emitEvent, send, startJourney, updateProfile, webhook } from './steps/effect-steps.ts';
import { effects, gatedSteps } from '../definition/graph.ts';
import { roundsPerLeg } from './execution-segments.ts';
import { type Compile, type Shop, type States } from './compile-context.ts';
import { type StepFunctions } from './task-states.ts';
import { humanTask, wait, waitForEvent } from './steps/waiting-steps.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Step, type StepOf } from '../definition/step.ts';

export { type StepFunction, type StepFunctions } from './task-states.ts';

/** States of one step: the first is named like the step, helpers behind a colon, which no step id may hold. */
const compilers: { [Kind in Step['kind']]: Compile<Kind> } = {
  send,
  wait,
  waitForEvent,
  branch,
  randomSplit,
  experiment,
  decide,
  updateProfile,
  emitEvent,
  webhook,
  humanTask,
  startJourney,
  goTo,
  exit,
};

function statesOf<Kind extends Step['kind']>(id: string, step: StepOf<Kind>, shop: Shop): States {
  const compile = compilers[step.kind];
  return compile(id, step, shop);
}

const leg = 'Start: leg';
const throttled = 'Start: throttled';

/** Where parked people and long loops go on. */
function legSteps(states: States): string[] {
  return Object.values(states).flatMap((state) => {
    const at = state.Type === 'Task' ? state.Arguments.Payload.at : undefined;
    return typeof at === 'string' ? [at] : [];
  });
}

/** What comes before the first step: the door for later legs, and a wait for those who came when the journey was full. */
function beginning({ start, entry }: JourneyDefinition, resumeAt: string[]): { startAt: string; states: States } {
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
 * The state machine of a journey that `check` passes: states are named like steps, so that the Step Functions console reads like the
 * journey, and few, as each transition costs. What an execution was started with travels as every state's input; `vars` and `run` in it
 * change. `resumeAt` are steps at which people from other versions come in.
 */
export function compileJourney(
  definition: JourneyDefinition,
  functions: StepFunctions,
  { resumeAt = [] }: { resumeAt?: string[] } = {},
): AslDefinition {
  // Who comes from another version was held there, perhaps, so a message may be put off here that nobody else is late for.
  const entered = resumeAt.filter((id) => effects.has(definition.steps[id]?.kind ?? 'exit'));
  const shop: Shop = {
    functions,
    gated: new Set([...gatedSteps(definition), ...entered]),
    parkAfter: durationMs(definition.parkAfter),
    roundsPerLeg: roundsPerLeg(definition),
    hours: definition.hours,
  };
  const steps = Object.entries(definition.steps).map(([id, step]) => statesOf(id, step, shop));
  const states = Object.assign({}, ...steps) as States;
  const begin = beginning(definition, [...new Set([...legSteps(states), ...resumeAt])]);
  return {
    Comment: `${definition.name.en}, version ${definition.version}`,
    QueryLanguage: 'JSONata',
    StartAt: begin.startAt,
    States: { ...begin.states, ...states },
  };
}
