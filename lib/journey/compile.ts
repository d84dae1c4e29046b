import { durationMs } from '../time.ts';
import { type AslDefinition, type AslState, type TaskState } from './asl.ts';
import { type JourneyDefinition } from './definition.ts';
import { type Step, type StepOf } from './step.ts';
import { buckets, thresholds } from './split.ts';

/** The functions that carry out steps, by the name the infrastructure knows them by. */
export type StepFunction = 'send' | 'wait' | 'branch' | 'decide' | 'update';

/** ARN (or token that stands for it) of each step function. */
export type StepFunctions = Record<StepFunction, string>;

type TaskKind = 'send' | 'waitForEvent' | 'branch' | 'decide' | 'updateProfile' | 'humanTask';
type TaskStep = StepOf<TaskKind>;

const functionOf = {
  send: 'send',
  waitForEvent: 'wait',
  humanTask: 'wait',
  branch: 'branch',
  decide: 'decide',
  updateProfile: 'update',
} as const satisfies Record<TaskKind, StepFunction>;

/**
 * What a step does when its function still fails after all retries. A message, an offer or a trait that did not come about is no
 * reason to forget a customer: the journey goes on. Where failing decides the way, a wrong way is worse than none: the execution
 * fails, which is seen and alarmed.
 */
const whenItFails = {
  send: 'goOn',
  decide: 'goOn',
  updateProfile: 'goOn',
  branch: 'fail',
  waitForEvent: 'fail',
  humanTask: 'fail',
} as const satisfies Record<TaskKind, 'goOn' | 'fail'>;

/** Seconds a function may take: above the functions' own time-out (30 s), so that Lambda's own answer comes first. */
const functionSeconds = 60;

/**
 * Every failure but a time-out of a wait, which is no failure: `States.TaskFailed` stands for all errors except `States.Timeout`.
 * 2 + 4 + 8 + 16 + 32 s with full jitter sit out a throttled minute.
 */
const retry = {
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxAttempts: 5,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
} as const;

const unchanged = '{% $states.input %}';

/** JSON is JSONata, but for two line ends that only JSON allows in a string. */
const asCode = (value: unknown): string =>
  `{% ${JSON.stringify(value)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029')} %}`;

/**
 * `text` as it may stand in a state: itself, or a string in JSONata where Step Functions would take it for code (authors write texts,
 * never code) and where the language has no place for it (line ends, nothing at all).
 */
function quoted(text: string): string {
  const plain = /^.+$/.test(text) && !/^\s*\{%|%\}\s*$/.test(text);
  return plain ? text : asCode(text);
}

function literal(value: unknown): unknown {
  if (typeof value === 'string') return quoted(value);
  // asl-validator has no place for an array straight inside an array.
  if (Array.isArray(value)) return value.map((part) => (Array.isArray(part) ? asCode(part) : literal(part)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, literal(part)]));
}

const seconds = (duration: string): number => durationMs(duration) / 1000;

/** What the step's function gets: `StepCall`. No step is visited twice yet, so every visit is occurrence 0. */
function payload(stepId: string, { label: _label, ...step }: TaskStep): Record<string, unknown> {
  const waits = step.kind === 'waitForEvent' || step.kind === 'humanTask';
  return {
    enrolment: '{% $states.context.Execution.Input %}',
    stepId,
    occurrence: 0,
    enteredAt: '{% $states.context.State.EnteredTime %}',
    step: literal(step),
    vars: '{% $states.input.vars %}',
    ...(waits && { token: '{% $states.context.Task.Token %}' }),
  };
}

function task(stepId: string, step: TaskStep, functions: StepFunctions): Omit<TaskState, 'Next'> {
  const waits = step.kind === 'waitForEvent' || step.kind === 'humanTask';
  const ErrorEquals = waits ? ['States.TaskFailed'] : ['States.TaskFailed', 'States.Timeout'];
  return {
    Type: 'Task',
    Resource: `arn:aws:states:::lambda:invoke${waits ? '.waitForTaskToken' : ''}`,
    Arguments: { FunctionName: functions[functionOf[step.kind]], Payload: payload(stepId, step) },
    Output: unchanged,
    TimeoutSeconds: waits ? seconds(step.timeout) : functionSeconds,
    Retry: [{ ErrorEquals, ...retry }],
    ...(whenItFails[step.kind] === 'goOn' &&
      'next' in step && { Catch: [{ ErrorEquals: ['States.ALL'], Next: step.next, Output: unchanged }] }),
    ...(waits && { Catch: [{ ErrorEquals: ['States.Timeout'], Next: step.onTimeout, Output: unchanged }] }),
  };
}

type Compile<Kind extends Step['kind']> = (
  id: string,
  step: StepOf<Kind>,
  functions: StepFunctions,
) => Record<string, AslState>;

/** States of one step: the first is named like the step, helpers behind a colon, which no step id may hold. */
const compilers: { [Kind in Step['kind']]: Compile<Kind> } = {
  /** A marketing message met by quiet hours is told `deferred`: it waits and calls again. Others never are, and save the choice. */
  send(id, step, functions) {
    const call = task(id, step, functions);
    if (step.purpose === 'transactional') return { [id]: { ...call, Next: step.next } };
    const [asked, later] = [`${id}: sent`, `${id}: later`];
    return {
      [id]: {
        ...call,
        Assign: { until: "{% $exists($states.result.Payload.until) ? $states.result.Payload.until : '' %}" },
        Next: asked,
      },
      [asked]: { Type: 'Choice', Choices: [{ Condition: "{% $until != '' %}", Next: later }], Default: step.next },
      [later]: { Type: 'Wait', Timestamp: '{% $until %}', Next: id },
    };
  },

  wait: (id, step) => ({ [id]: { Type: 'Wait', Seconds: seconds(step.for), Next: step.next } }),

  waitForEvent: (id, step, functions) => ({ [id]: { ...task(id, step, functions), Next: step.next } }),

  branch(id, step, functions) {
    const way = `${id}: way`;
    const Choices = step.cases.map(({ next }, i) => ({ Condition: `{% $case = ${i} %}`, Next: next }));
    return {
      [id]: { ...task(id, step, functions), Assign: { case: '{% $states.result.Payload.case %}' }, Next: way },
      [way]: { Type: 'Choice', Choices, Default: step.otherwise },
    };
  },

  randomSplit(id, { paths }) {
    const last = paths.at(-1);
    const bounds = thresholds(paths.map(({ weight }) => weight));
    const Choices = paths.slice(0, -1).map(({ next }, i) => ({
      Condition: `{% $lookup($states.input.splits, ${JSON.stringify(id)}) < ${bounds[i] ?? buckets} %}`,
      Next: next,
    }));
    return { [id]: { Type: 'Choice', Choices, Default: last?.next ?? '' } };
  },

  decide(id, step, functions) {
    const vars = `$merge([$states.input.vars, {'${step.as}': $states.result.Payload}])`;
    const Output = `{% $merge([$states.input, {'vars': ${vars}}]) %}`;
    return { [id]: { ...task(id, step, functions), Output, Next: step.next } };
  },

  updateProfile: (id, step, functions) => ({ [id]: { ...task(id, step, functions), Next: step.next } }),

  humanTask(id, step, functions) {
    const way = `${id}: way`;
    const Choices = Object.entries(step.answers).map(([answer, next]) => ({
      Condition: `{% $answer = ${JSON.stringify(answer)} %}`,
      Next: next,
    }));
    return {
      [id]: { ...task(id, step, functions), Assign: { answer: '{% $states.result.answer %}' }, Next: way },
      [way]: { Type: 'Choice', Choices, Default: step.onTimeout },
    };
  },

  exit: (id, { outcome }) => ({ [id]: { Type: 'Succeed', Output: { outcome: quoted(outcome) } } }),
};

function statesOf<Kind extends Step['kind']>(id: string, step: StepOf<Kind>, functions: StepFunctions) {
  const compile = compilers[step.kind];
  return compile(id, step, functions);
}

/**
 * The state machine of a journey that `check` passes: states are named like steps, so that the Step Functions console reads like the
 * journey, and few, as each transition costs. What an execution was started with travels as its input; `vars` in it grows.
 */
export function compileJourney(definition: JourneyDefinition, functions: StepFunctions): AslDefinition {
  const states = Object.entries(definition.steps).map(([id, step]) => statesOf(id, step, functions));
  return {
    Comment: `${definition.name.en}, version ${definition.version}`,
    QueryLanguage: 'JSONata',
    StartAt: definition.start,
    States: Object.assign({}, ...states) as Record<string, AslState>,
  };
}
