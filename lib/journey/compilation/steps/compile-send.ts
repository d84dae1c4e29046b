import { type CompileContext, type StepCompiler } from '../compile-context.ts';
import { jsonataLiteral } from '../expressions.ts';
import { errorTarget, taskWithChoice } from '../task-with-choice.ts';
import { type StepOf } from '../../definition/step.ts';

/**
 * Removes the mark of a paused step, so that a message is deferred only once because of a pause.
 */
const clearPausedMark =
  "{% $merge([$states.input, {'run': $sift($states.input.run, function($v, $k) {$k != 'held'})}]) %}";

/** Contact hours apply to marketing only. */
const contactHours = ({ purpose }: StepOf<'send'>, { hours }: CompileContext): Record<string, unknown> =>
  hours && purpose === 'marketing' ? { hours: jsonataLiteral(hours) } : {};

/**
 * Compiles a message. If the function returns `until`, the execution waits and calls it again as
 * the same visit.
 */
export const compileSend: StepCompiler<'send'> = (id, step, context) => {
  const { functions, guarded } = context;
  const options = { id, step, fn: functions.send, onError: errorTarget(step), more: contactHours(step, context) };
  if (!guarded.has(id)) return taskWithChoice(options, context, { rules: [], otherwise: step.next });
  const later = `${id}: later`;
  return {
    ...taskWithChoice(options, context, {
      assign: { until: "{% $exists($states.result.Payload.until) ? $states.result.Payload.until : '' %}" },
      rules: [{ Condition: "{% $until != '' %}", Next: later }],
      otherwise: step.next,
      choice: 'sent',
    }),
    [later]: { Type: 'Wait', Timestamp: '{% $until %}', Output: clearPausedMark, Next: id },
  };
};
