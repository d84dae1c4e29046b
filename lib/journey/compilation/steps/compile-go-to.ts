import { type StepOf } from '../../definition/step.ts';
import { type CompileContext, type CompiledStates, type StepCompiler } from '../compile-context.ts';
import { toJsonata } from '../expressions.ts';
import { type AslChoiceRule } from '../state-machine-types.ts';
import { suspendStates } from '../task-states.ts';

/** Returns JSONata for the number of rounds that a loop has taken. */
function roundsTaken(id: string): string {
  const rounds = `$lookup($states.input.run.rounds, ${toJsonata(id)})`;
  return `($exists(${rounds}) ? ${rounds} : 0)`;
}

/**
 * Returns the input of the next round. The paused mark applies to one round only, so it is removed.
 */
function nextRound(id: string): string {
  const rounds = `$merge([$states.input.run.rounds, {${toJsonata(id)}: ${roundsTaken(id)} + 1}])`;
  const run = `{'round': $states.input.run.round + 1, 'rounds': ${rounds}}`;
  const before = "$sift($states.input.run, function($v, $k) {$k != 'held'})";
  return `{% $merge([$states.input, {'run': $merge([${before}, ${run}])}]) %}`;
}

/** Compiles the suspension of a loop. The next execution continues at the loop's first step. */
function suspendLoop(id: string, step: StepOf<'goTo'>, { functions }: CompileContext): CompiledStates {
  const until = '{% $states.context.State.EnteredTime %}';
  return suspendStates(`${id}: park`, { id, step, fn: functions.park, until, at: step.to });
}

/**
 * Compiles a loop: goes back until the limit. Each round has its own number, which separates visits
 * of a step. A loop whose history would grow too long suspends and continues in a new execution.
 */
export const compileGoTo: StepCompiler<'goTo'> = (id, step, context) => {
  const [taken, Output] = [roundsTaken(id), nextRound(id)];
  const back: AslChoiceRule = { Condition: `{% ${taken} < ${step.limit} %}`, Output, Next: step.to };
  const rounds = context.roundsPerSegment.get(id);
  if (rounds === undefined) return { [id]: { Type: 'Choice', Choices: [back], Default: step.next } };
  const isLast = `{% ${taken} < ${step.limit} and (${taken} + 1) % ${rounds} = 0 %}`;
  return {
    [id]: {
      Type: 'Choice',
      Choices: [{ Condition: isLast, Output, Next: `${id}: park` }, back],
      Default: step.next,
    },
    ...suspendLoop(id, step, context),
  };
};
