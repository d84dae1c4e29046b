import { type StepCompiler } from '../compile-context.ts';
import { durationSeconds, toJsonata } from '../expressions.ts';
import { compileTask, timeoutCatcher } from '../task-states.ts';

/** Compiles a human task and the Choice of its answer. */
export const compileHumanTask: StepCompiler<'humanTask'> = (id, step, { functions }) => {
  const choice = `${id}: way`;
  const Choices = Object.entries(step.answers).map(([answer, next]) => ({
    Condition: `{% $answer = ${toJsonata(answer)} %}`,
    Next: next,
  }));
  return {
    [id]: {
      ...compileTask({ id, step, fn: functions.wait, waitSeconds: durationSeconds(step.timeout) }),
      Catch: [timeoutCatcher(step.onTimeout)],
      Assign: { answer: "{% $exists($states.result.answer) ? $states.result.answer : '' %}" },
      Next: choice,
    },
    [choice]: { Type: 'Choice', Choices, Default: step.onTimeout },
  };
};
