import { type CompileContext, type CompiledStates } from './compile-context.ts';
import { inputWith } from './expressions.ts';
import { type AslChoiceRule, type AslTaskState } from './state-machine-types.ts';
import { compileTask, guardAssigned, guardRules, guardStates, type TaskOptions } from './task-states.ts';

/** The Choice after a task. */
interface ChoiceAfter {
  rules: AslChoiceRule[];
  otherwise: string;
  /** What the rules read of the task's result. */
  assign?: Record<string, unknown>;
  output?: unknown;
  /** Suffix of the name of the Choice, default `way`. */
  choice?: string;
}

/**
 * Compiles a task and the Choice after it, which includes the guard's rules for a guarded step.
 * Without any rule there is no Choice.
 */
export function taskWithChoice(options: TaskOptions, context: CompileContext, after: ChoiceAfter): CompiledStates {
  const { id, more } = options;
  const gated = context.guarded.has(id);
  const call: Omit<AslTaskState, 'Next'> = {
    ...compileTask({ ...options, more: { ...more, ...(gated && { gated }) } }),
    ...(after.output !== undefined && { Output: after.output }),
  };
  const rules = [...(gated ? guardRules(id) : []), ...after.rules];
  if (rules.length === 0) return { [id]: { ...call, Next: after.otherwise } };
  const choice = `${id}: ${after.choice ?? 'way'}`;
  const Assign = { ...(gated && guardAssigned), ...after.assign };
  return {
    [id]: { ...call, ...(Object.keys(Assign).length > 0 && { Assign }), Next: choice },
    [choice]: { Type: 'Choice', Choices: rules, Default: after.otherwise },
    ...(gated && guardStates(id, context.functions.wait)),
  };
}

/**
 * Returns the step after all attempts have failed: `onError`, else `next`. A failed effect does not
 * end the enrolment.
 */
export const errorTarget = ({ onError, next }: { onError?: string | undefined; next: string }): string =>
  onError ?? next;

/**
 * Stores a function's result in `vars` under `as`, with the parts that `keeps` (JSONata on the name
 * `$k`) selects. A call that the step guard blocked has none, and the result of an earlier round
 * stays.
 */
export function selectResult(as: string, keeps: string): string {
  const answer = `$sift($states.result.Payload, function($v, $k) {${keeps}})`;
  return inputWith('vars', `$exists(${answer}) ? {'${as}': ${answer}} : {}`);
}
