import { taskWithChoice, type StepCompiler } from '../compile-context.ts';
import { inputWith, jsonataLiteral } from '../expressions.ts';

/**
 * Returns the step after all attempts have failed: `onError`, else `next`. A failed effect does not
 * end the enrolment.
 */
const errorTarget = ({ onError, next }: { onError?: string | undefined; next: string }): string => onError ?? next;

/**
 * Removes the mark of a paused step, so that a message is deferred only once because of a pause.
 */
const clearPausedMark =
  "{% $merge([$states.input, {'run': $sift($states.input.run, function($v, $k) {$k != 'held'})}]) %}";

/** If the function returns `until`, the execution waits and calls it again as the same visit. */
export const compileSend: StepCompiler<'send'> = (id, step, shop) => {
  const { functions, gated, hours } = shop;
  const more = hours && step.purpose === 'marketing' ? { hours: jsonataLiteral(hours) } : {};
  const calling = { id, step, fn: functions.send, onError: errorTarget(step), more };
  if (!gated.has(id)) return taskWithChoice(calling, shop, { rules: [], otherwise: step.next });
  const later = `${id}: later`;
  return {
    ...taskWithChoice(calling, shop, {
      assign: { until: "{% $exists($states.result.Payload.until) ? $states.result.Payload.until : '' %}" },
      rules: [{ Condition: "{% $until != '' %}", Next: later }],
      otherwise: step.next,
      way: 'sent',
    }),
    [later]: { Type: 'Wait', Timestamp: '{% $until %}', Output: clearPausedMark, Next: id },
  };
};

/**
 * Stores a function's result in `vars` under `as`, with the parts that `keeps` (JSONata on the name
 * `$k`) selects. A call that the step guard blocked has none, and the result of an earlier round
 * stays.
 */
function selectResult(as: string, keeps: string): string {
  const answer = `$sift($states.result.Payload, function($v, $k) {${keeps}})`;
  return inputWith('vars', `$exists(${answer}) ? {'${as}': ${answer}} : {}`);
}

/** `because` is for the trace, and is not stored in `vars`. */
export const compileDecide: StepCompiler<'decide'> = (id, step, shop) =>
  taskWithChoice({ id, step, fn: shop.functions.decide, onError: errorTarget(step) }, shop, {
    rules: [],
    otherwise: step.next,
    output: selectResult(step.as, "$k != 'because' and $k != 'gate'"),
  });

export const compileUpdateProfile: StepCompiler<'updateProfile'> = (id, step, shop) =>
  taskWithChoice({ id, step, fn: shop.functions.update, onError: errorTarget(step) }, shop, {
    rules: [],
    otherwise: step.next,
  });

export const compileEmitEvent: StepCompiler<'emitEvent'> = (id, step, shop) =>
  taskWithChoice({ id, step, fn: shop.functions.emit, onError: errorTarget(step) }, shop, {
    rules: [],
    otherwise: step.next,
  });

export const compileStartJourney: StepCompiler<'startJourney'> = (id, step, shop) =>
  taskWithChoice({ id, step, fn: shop.functions.emit, onError: errorTarget(step) }, shop, {
    rules: [],
    otherwise: step.next,
  });

/** Stores the answer's `status` and `body` under `as`. */
export const compileWebhook: StepCompiler<'webhook'> = (id, step, shop) => {
  const { as } = step;
  return taskWithChoice({ id, step, fn: shop.functions.webhook, onError: errorTarget(step) }, shop, {
    rules: [],
    otherwise: step.next,
    ...(as !== undefined && { output: selectResult(as, "$k = 'status' or $k = 'body'") }),
  });
};
