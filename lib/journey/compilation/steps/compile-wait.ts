import { bucketCount } from '#lib/model/customer-bucket.ts';
import { dayMs, durationMs, type Duration } from '#lib/shared/time.ts';
import { type StepOf } from '../../definition/step.ts';
import { type CompileContext, type CompiledStates, type StepCompiler } from '../compile-context.ts';
import { durationSeconds, toJsonata } from '../expressions.ts';
import { type AslChoiceRule } from '../state-machine-types.ts';
import { alwaysSuspends } from '../step-limits.ts';
import { compileTask, suspendStates } from '../task-states.ts';

const entered = '$states.context.State.EnteredTime';

/** Returns an expression for the instant `ms` (number or JSONata) after the state was entered. */
const afterMs = (ms: number | string): string => `{% $fromMillis($toMillis(${entered}) + ${ms}) %}`;

/**
 * Returns JSONata for a random duration, whole seconds. It depends on the split bucket drawn at
 * entry, so all attempts agree.
 */
function randomSeconds(id: string, [from, to]: readonly [Duration, Duration]): string {
  const [least, most] = [
    Math.min(durationSeconds(from), durationSeconds(to)),
    Math.max(durationSeconds(from), durationSeconds(to)),
  ];
  return `$floor(${least} + ${most - least} * $lookup($states.input.splits, ${toJsonata(id)}) / ${bucketCount})`;
}

/** Longest wait for a time of day on a weekday, also across clock changes. */
const longestLocalWait: Duration = '8d';

/** Assigns what the function computed: the end of the wait, and when to compute it again. */
function assignComputed(otherwise: string): Record<string, unknown> {
  const payload = '$states.result.Payload';
  return {
    until: `{% $exists(${payload}.until) ? ${payload}.until : ${otherwise} %}`,
    ahead: `{% $exists(${payload}.ahead) ? ${payload}.ahead : '' %}`,
  };
}

const waitUntil = (until: string, next: string): CompiledStates[string] => ({
  Type: 'Wait',
  Timestamp: `{% ${until} %}`,
  Next: next,
});

/** Returns JSONata that tests whether an instant is too far away to wait within this execution. */
const isFar = (until: string, parkAfter: number): string =>
  `$toMillis(${until}) - $toMillis(${entered}) > ${parkAfter}`;

/**
 * Compiles a wait for a time of day that comes within about a day, so it is computed once. The paid
 * Choice is left out.
 */
function dailyWait(id: string, step: StepOf<'wait'>, { functions }: CompileContext): CompiledStates {
  const until = `${id}: until`;
  const call = compileTask({ id, step, fn: functions.wait });
  return {
    [id]: { ...call, Assign: assignComputed(entered), Next: until },
    [until]: waitUntil('$until', step.next),
  };
}

/**
 * How a computed wait continues: the rules of its Choice, in order, and the states they lead to.
 */
interface ComputedEnd {
  choices: AslChoiceRule[];
  states: CompiledStates;
  /** Whether the execution may wait until a day before the end, and compute it again. */
  waitsAhead: boolean;
}

const isAhead = "{% $ahead != '' %}";

/**
 * Returns how a computed wait continues. An end over a day away is computed again a day before, as
 * its zone's rules may have changed. An end further away than `parkAfter` suspends the execution
 * until then, and the next one begins at this step.
 */
function endOf(id: string, step: StepOf<'wait'>, { functions, parkAfter }: CompileContext): ComputedEnd {
  const [park, parkAhead, ahead] = [`${id}: park`, `${id}: park ahead`, `${id}: ahead`];
  const waitAhead = { Condition: isAhead, Next: ahead };
  if (step.untilLocal && parkAfter >= durationMs(longestLocalWait))
    return { choices: [waitAhead], states: {}, waitsAhead: true };
  const common = { id, step, fn: functions.park };
  const suspendAhead = suspendStates(parkAhead, { ...common, until: '{% $ahead %}', at: id });
  const isFarAhead = { Condition: `{% $ahead != '' and ${isFar('$until', parkAfter)} %}`, Next: parkAhead };
  // An end over a day away has an `ahead`, so no other end is too far.
  if (parkAfter >= dayMs) return { choices: [isFarAhead, waitAhead], states: suspendAhead, waitsAhead: true };
  const isTooFar = { Condition: `{% $until != '' and ${isFar('$until', parkAfter)} %}`, Next: park };
  const suspend = suspendStates(park, { ...common, until: '{% $until %}', at: step.next });
  return {
    choices: [{ Condition: isAhead, Next: parkAhead }, isTooFar],
    states: { ...suspendAhead, ...suspend },
    waitsAhead: false,
  };
}

/**
 * Compiles the wait until a day before the end, and the call that computes the end again. A time of
 * day is computed from `since`, the first entry, so that the same day is meant.
 */
function computeAgain(id: string, step: StepOf<'wait'>, { functions }: CompileContext): CompiledStates {
  const again = `${id}: again`;
  return {
    [`${id}: ahead`]: waitUntil('$ahead', again),
    [again]: {
      ...compileTask({ id, step, fn: functions.wait, more: { since: '{% $since %}' } }),
      Assign: assignComputed(step.untilLocal ? '$until' : "''"),
      Next: step.untilLocal ? `${id}: until` : `${id}: way`,
    },
  };
}

/**
 * Compiles a wait whose end the function computes. A missing trait leads to `onMissing`, else
 * `next`.
 */
function computedWait(id: string, step: StepOf<'wait'>, context: CompileContext): CompiledStates {
  if (step.untilLocal && !step.untilLocal.weekdays && context.parkAfter >= durationMs(longestLocalWait))
    return dailyWait(id, step, context);
  const [choice, until] = [`${id}: way`, `${id}: until`];
  const { choices, states, waitsAhead } = endOf(id, step, context);
  return {
    [id]: {
      ...compileTask({ id, step, fn: context.functions.wait }),
      Assign: { ...assignComputed("''"), since: `{% ${entered} %}` },
      Next: choice,
    },
    [choice]: {
      Type: 'Choice',
      Choices: [...choices, { Condition: "{% $until != '' %}", Next: until }],
      Default: step.onMissing ?? step.next,
    },
    ...(waitsAhead && computeAgain(id, step, context)),
    [until]: waitUntil('$until', step.next),
    ...states,
  };
}

/** Compiles a wait for a fixed date. Whether it suspends depends on the time of arrival. */
function untilDate(
  id: string,
  step: StepOf<'wait'> & { until: string },
  { functions, parkAfter }: CompileContext,
): CompiledStates {
  const [until, park] = [`${id}: until`, `${id}: park`];
  return {
    [id]: {
      Type: 'Choice',
      Choices: [{ Condition: `{% ${isFar(toJsonata(step.until), parkAfter)} %}`, Next: park }],
      Default: until,
    },
    [until]: { Type: 'Wait', Timestamp: step.until, Next: step.next },
    ...suspendStates(park, { id, step, fn: functions.park, until: step.until, at: step.next }),
  };
}

/** How a wait of a known length is compiled. */
interface LengthWait {
  seconds: number | string;
  isSuspended: boolean;
  context: CompileContext;
}

/** Compiles a wait of a known length, in seconds (number or JSONata). */
function lengthWait(id: string, step: StepOf<'wait'>, { seconds, isSuspended, context }: LengthWait): CompiledStates {
  const { functions } = context;
  if (isSuspended) {
    const until = afterMs(typeof seconds === 'number' ? 1_000 * seconds : `1000 * ${seconds}`);
    return suspendStates(id, { id, step, fn: functions.park, until, at: step.next });
  }
  return {
    [id]: { Type: 'Wait', Seconds: typeof seconds === 'number' ? seconds : `{% ${seconds} %}`, Next: step.next },
  };
}

/** Compiles a wait: for a length, until a date, or until a time that the function computes. */
export const compileWait: StepCompiler<'wait'> = (id, step, context) => {
  const isSuspended = alwaysSuspends(step, context.parkAfter);
  if (step.for !== undefined) return lengthWait(id, step, { seconds: durationSeconds(step.for), isSuspended, context });
  if (step.between) return lengthWait(id, step, { seconds: randomSeconds(id, step.between), isSuspended, context });
  if (step.until !== undefined) return untilDate(id, { ...step, until: step.until }, context);
  return computedWait(id, step, context);
};
