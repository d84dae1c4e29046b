import { dayMs, durationMs, type Duration } from '../../../shared/time.ts';
import { type StepOf } from '../../definition/step.ts';
import { bucketCount } from '../../../model/customer-bucket.ts';
import { type StepCompiler, type CompileContext, type CompiledStates } from '../compile-context.ts';
import { alwaysSuspends } from '../step-limits.ts';
import { suspendStates, compileTask } from '../task-states.ts';
import { toJsonata, inputWith } from '../expressions.ts';

const seconds = (duration: Duration): number => durationMs(duration) / 1_000;

const entered = '$states.context.State.EnteredTime';

/** Returns an expression for the instant `ms` (number or JSONata) after the state was entered. */
const afterMs = (ms: number | string): string => `{% $fromMillis($toMillis(${entered}) + ${ms}) %}`;

/**
 * Returns JSONata for a random duration, whole seconds. It depends on the split bucket drawn at
 * entry, so all attempts agree.
 */
function randomSeconds(id: string, [from, to]: readonly [Duration, Duration]): string {
  const [least, most] = [Math.min(seconds(from), seconds(to)), Math.max(seconds(from), seconds(to))];
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
 * Compiles the ways out of a computed wait. An end over a day away is computed again a day before,
 * as its zone's rules may have changed. An end further away than `parkAfter` suspends the execution
 * until then, and the next one begins at this step.
 */
function waysOut(id: string, step: StepOf<'wait'>, { functions, parkAfter }: CompileContext) {
  const [park, parkAhead, ahead] = [`${id}: park`, `${id}: park ahead`, `${id}: ahead`];
  const common = { id, step, fn: functions.park };
  const suspendAhead = suspendStates(parkAhead, { ...common, until: '{% $ahead %}', at: id });
  const isAhead = { Condition: "{% $ahead != '' %}" };
  const isTooFar = { Condition: `{% $until != '' and ${isFar('$until', parkAfter)} %}` };
  if (step.untilLocal && parkAfter >= durationMs(longestLocalWait))
    return { choices: [{ ...isAhead, Next: ahead }], states: {}, waitsAhead: true };
  const isAheadAndTooFar = { Condition: `{% $ahead != '' and ${isFar('$until', parkAfter)} %}` };
  // An end over a day away has an `ahead`, so no other end is too far.
  if (parkAfter >= dayMs)
    return {
      choices: [
        { ...isAheadAndTooFar, Next: parkAhead },
        { ...isAhead, Next: ahead },
      ],
      states: suspendAhead,
      waitsAhead: true,
    };
  const suspend = suspendStates(park, { ...common, until: '{% $until %}', at: step.next });
  return {
    choices: [
      { ...isAhead, Next: parkAhead },
      { ...isTooFar, Next: park },
    ],
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
  const [way, until] = [`${id}: way`, `${id}: until`];
  const { choices, states, waitsAhead } = waysOut(id, step, context);
  return {
    [id]: {
      ...compileTask({ id, step, fn: context.functions.wait }),
      Assign: { ...assignComputed("''"), since: `{% ${entered} %}` },
      Next: way,
    },
    [way]: {
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

export const compileWait: StepCompiler<'wait'> = (id, step, shop) => {
  const { parkAfter, functions } = shop;
  const parked = (until: string): CompiledStates =>
    suspendStates(id, { id, step, fn: functions.park, until, at: step.next });
  if (step.for !== undefined) {
    if (alwaysSuspends(step, parkAfter)) return parked(afterMs(durationMs(step.for)));
    return { [id]: { Type: 'Wait', Seconds: seconds(step.for), Next: step.next } };
  }
  if (step.between) {
    const length = randomSeconds(id, step.between);
    if (alwaysSuspends(step, parkAfter)) return parked(afterMs(`1000 * ${length}`));
    return { [id]: { Type: 'Wait', Seconds: `{% ${length} %}`, Next: step.next } };
  }
  if (step.until !== undefined) return untilDate(id, { ...step, until: step.until }, shop);
  return computedWait(id, step, shop);
};

/** Stores the matched touchpoint in `vars` under `as`. */
const resultAs = (as: string | undefined): unknown =>
  as === undefined ? undefined : inputWith('vars', `{'${as}': $states.result.touchpoint}`);

export const compileWaitForEvent: StepCompiler<'waitForEvent'> = (id, step, { functions }) => {
  const call = compileTask({ id, step, fn: functions.wait, waitSeconds: seconds(step.timeout) });
  const output = resultAs(step.as);
  const waiting = {
    ...call,
    ...(output !== undefined && { Output: output }),
    Catch: [{ ErrorEquals: ['States.Timeout'], Next: step.onTimeout, Output: '{% $states.input %}' }],
  };
  if (!step.or?.length) return { [id]: { ...waiting, Next: step.next } };
  const way = `${id}: way`;
  const Choices = step.or.map(({ next }, i) => ({ Condition: `{% $way = ${i + 1} %}`, Next: next }));
  return {
    [id]: { ...waiting, Assign: { way: '{% $exists($states.result.way) ? $states.result.way : 0 %}' }, Next: way },
    [way]: { Type: 'Choice', Choices, Default: step.next },
  };
};

export const compileHumanTask: StepCompiler<'humanTask'> = (id, step, { functions }) => {
  const way = `${id}: way`;
  const Choices = Object.entries(step.answers).map(([answer, next]) => ({
    Condition: `{% $answer = ${toJsonata(answer)} %}`,
    Next: next,
  }));
  return {
    [id]: {
      ...compileTask({ id, step, fn: functions.wait, waitSeconds: seconds(step.timeout) }),
      Catch: [{ ErrorEquals: ['States.Timeout'], Next: step.onTimeout, Output: '{% $states.input %}' }],
      Assign: { answer: "{% $exists($states.result.answer) ? $states.result.answer : '' %}" },
      Next: way,
    },
    [way]: { Type: 'Choice', Choices, Default: step.onTimeout },
  };
};
