import { durationMs, type Duration } from '../../../shared/time.ts';
import { type StepOf } from '../../definition/step.ts';
import { buckets } from '../../../model/customer-bucket.ts';
import { type Compile, type Shop, type States } from '../compile-context.ts';
import { isParked } from '../step-limits.ts';
import { parkStates, task } from '../task-states.ts';
import { inCode, inputWith } from '../expressions.ts';

const seconds = (duration: Duration): number => durationMs(duration) / 1_000;

const entered = '$states.context.State.EnteredTime';

/** An instant so many milliseconds (JSONata) after the state was entered. */
const inMs = (ms: number | string): string => `{% $fromMillis($toMillis(${entered}) + ${ms}) %}`;

/** A length drawn when the customer entered. Whole seconds. */
function drawn(id: string, [from, to]: readonly [Duration, Duration]): string {
  const [least, most] = [Math.min(seconds(from), seconds(to)), Math.max(seconds(from), seconds(to))];
  return `$floor(${least} + ${most - least} * $lookup($states.input.splits, ${inCode(id)}) / ${buckets})`;
}

/** The longest until a time of day on a day of the week comes again, clocks changed or not. */
const longestLocalWait: Duration = '8d';

const answeredUntil = (otherwise: string): Record<string, unknown> => ({
  until: `{% $exists($states.result.Payload.until) ? $states.result.Payload.until : ${otherwise} %}`,
});

const waitUntil = (next: string): States[string] => ({ Type: 'Wait', Timestamp: '{% $until %}', Next: next });

/** Whether an instant (JSONata) is too far away to be waited for in this execution. */
const isFar = (until: string, parkAfter: number): string =>
  `$toMillis(${until}) - $toMillis(${entered}) > ${parkAfter}`;

/** A time that the function works out: none where a trait is missing, and another leg where it is far away. */
function asked(id: string, step: StepOf<'wait'>, { functions, parkAfter }: Shop): States {
  const [way, until, park] = [`${id}: way`, `${id}: until`, `${id}: park`];
  const call = task({ id, step, fn: functions.wait });
  // A time of day always comes, and soon: no choice to pay for.
  if (step.untilLocal && parkAfter >= durationMs(longestLocalWait))
    return { [id]: { ...call, Assign: answeredUntil(entered), Next: until }, [until]: waitUntil(step.next) };
  return {
    [id]: { ...call, Assign: answeredUntil("''"), Next: way },
    [way]: {
      Type: 'Choice',
      Choices: [
        { Condition: `{% $until != '' and ${isFar('$until', parkAfter)} %}`, Next: park },
        { Condition: "{% $until != '' %}", Next: until },
      ],
      Default: step.onMissing ?? step.next,
    },
    [until]: waitUntil(step.next),
    ...parkStates(park, { id, step, fn: functions.park, until: '{% $until %}', at: step.next }),
  };
}

/** A day that is written down: how far away it is depends on when the customer comes. */
function untilDate(id: string, step: StepOf<'wait'> & { until: string }, { functions, parkAfter }: Shop): States {
  const [until, park] = [`${id}: until`, `${id}: park`];
  return {
    [id]: {
      Type: 'Choice',
      Choices: [{ Condition: `{% ${isFar(inCode(step.until), parkAfter)} %}`, Next: park }],
      Default: until,
    },
    [until]: { Type: 'Wait', Timestamp: step.until, Next: step.next },
    ...parkStates(park, { id, step, fn: functions.park, until: step.until, at: step.next }),
  };
}

export const wait: Compile<'wait'> = (id, step, shop) => {
  const { parkAfter, functions } = shop;
  const parked = (until: string): States => parkStates(id, { id, step, fn: functions.park, until, at: step.next });
  if (step.for !== undefined) {
    if (isParked(step, parkAfter)) return parked(inMs(durationMs(step.for)));
    return { [id]: { Type: 'Wait', Seconds: seconds(step.for), Next: step.next } };
  }
  if (step.between) {
    const length = drawn(id, step.between);
    if (isParked(step, parkAfter)) return parked(inMs(`1000 * ${length}`));
    return { [id]: { Type: 'Wait', Seconds: `{% ${length} %}`, Next: step.next } };
  }
  if (step.until !== undefined) return untilDate(id, { ...step, until: step.until }, shop);
  return asked(id, step, shop);
};

/** The touchpoint that came, under the name its author gave it. */
const heard = (as: string | undefined): unknown =>
  as === undefined ? undefined : inputWith('vars', `{'${as}': $states.result.touchpoint}`);

export const waitForEvent: Compile<'waitForEvent'> = (id, step, { functions }) => {
  const call = task({ id, step, fn: functions.wait, waitSeconds: seconds(step.timeout) });
  const output = heard(step.as);
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

export const humanTask: Compile<'humanTask'> = (id, step, { functions }) => {
  const way = `${id}: way`;
  const Choices = Object.entries(step.answers).map(([answer, next]) => ({
    Condition: `{% $answer = ${inCode(answer)} %}`,
    Next: next,
  }));
  return {
    [id]: {
      ...task({ id, step, fn: functions.wait, waitSeconds: seconds(step.timeout) }),
      Catch: [{ ErrorEquals: ['States.Timeout'], Next: step.onTimeout, Output: '{% $states.input %}' }],
      Assign: { answer: "{% $exists($states.result.answer) ? $states.result.answer : '' %}" },
      Next: way,
    },
    [way]: { Type: 'Choice', Choices, Default: step.onTimeout },
  };
};
