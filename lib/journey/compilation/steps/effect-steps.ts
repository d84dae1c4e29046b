import { taskWithChoice, type StepCompiler } from '../compile-context.ts';
import { inputWith, jsonataLiteral } from '../expressions.ts';

/**
 * A message, an offer, a trait or a call that did not come about is no reason to forget a customer: after all tries these steps go on to
 * `onError`, or where nothing is said to `next`.
 */
const errorTarget = ({ onError, next }: { onError?: string | undefined; next: string }): string => onError ?? next;

/** Put off once, a message is late no more: what shifted it must not shift it again. */
const clearPausedMark =
  "{% $merge([$states.input, {'run': $sift($states.input.run, function($v, $k) {$k != 'held'})}]) %}";

/** A message met by contact hours is told `until`: it waits and calls again, as the same visit. */
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
 * A result of a function under the name its author gave it, those of its parts that `keeps` (JSONata on the name `$k`) lets through. Of a
 * call that the gate has stopped there are none: what an earlier round has found out stays.
 */
function selectResult(as: string, keeps: string): string {
  const answer = `$sift($states.result.Payload, function($v, $k) {${keeps}})`;
  return inputWith('vars', `$exists(${answer}) ? {'${as}': ${answer}} : {}`);
}

/** What the function says for the trace only stays out of `vars`. */
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

/** The answer's `status` and `body` under the name its author gave it. */
export const compileWebhook: StepCompiler<'webhook'> = (id, step, shop) => {
  const { as } = step;
  return taskWithChoice({ id, step, fn: shop.functions.webhook, onError: errorTarget(step) }, shop, {
    rules: [],
    otherwise: step.next,
    ...(as !== undefined && { output: selectResult(as, "$k = 'status' or $k = 'body'") }),
  });
};
