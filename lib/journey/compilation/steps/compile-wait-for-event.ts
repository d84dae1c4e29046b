import { type StepCompiler } from '../compile-context.ts';
import { durationSeconds, inputWith } from '../expressions.ts';
import { type AslTaskState } from '../state-machine-types.ts';
import { compileTask, timeoutCatcher } from '../task-states.ts';

/** Stores the matched touchpoint in `vars` under `as`. */
const storeTouchpoint = (as: string): string => inputWith('vars', `{'${as}': $states.result.touchpoint}`);

/** Compiles a wait for a touchpoint. `or` adds a Choice of the predicate that matched. */
export const compileWaitForEvent: StepCompiler<'waitForEvent'> = (id, step, { functions }) => {
  const { as, or = [], next, onTimeout } = step;
  const waiting: Omit<AslTaskState, 'Next'> = {
    ...compileTask({ id, step, fn: functions.wait, waitSeconds: durationSeconds(step.timeout) }),
    ...(as !== undefined && { Output: storeTouchpoint(as) }),
    Catch: [timeoutCatcher(onTimeout)],
  };
  if (or.length === 0) return { [id]: { ...waiting, Next: next } };
  const choice = `${id}: way`;
  const Choices = or.map((one, i) => ({ Condition: `{% $way = ${i + 1} %}`, Next: one.next }));
  return {
    [id]: { ...waiting, Assign: { way: '{% $exists($states.result.way) ? $states.result.way : 0 %}' }, Next: choice },
    [choice]: { Type: 'Choice', Choices, Default: next },
  };
};
