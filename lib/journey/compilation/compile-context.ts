import { type AslState, type AslChoiceRule, type AslTaskState } from './state-machine-types.ts';
import { type ContactHours } from '../definition/contact-hours.ts';
import { type Step, type StepOf } from '../definition/step.ts';
import {
  type TaskOptions,
  guardAssigned,
  guardRules,
  guardStates,
  type StepFunctions,
  compileTask,
} from './task-states.ts';

/** What the compiler of one step may read. */
export interface CompileContext {
  functions: StepFunctions;
  /** Steps that check the step guard. */
  gated: ReadonlySet<string>;
  /** Waits longer than this suspend the execution, ms. */
  parkAfter: number;
  /**
   * Rounds after which a loop continues in a new execution, by `goTo` step. A missing loop never
   * does.
   */
  roundsPerLeg: ReadonlyMap<string, number>;
  /** Contact hours of the journey, for marketing messages. */
  hours: ContactHours | undefined;
}

export type CompiledStates = Record<string, AslState>;

export type StepCompiler<Kind extends Step['kind']> = (
  id: string,
  step: StepOf<Kind>,
  shop: CompileContext,
) => CompiledStates;

/**
 * Compiles a task and the Choice after it, which includes the guard's rules for a guarded step.
 * Without any rule there is no Choice.
 */
export function taskWithChoice(
  calling: Omit<TaskOptions, 'onError'> & { onError?: string | undefined },
  shop: CompileContext,
  after: {
    rules: AslChoiceRule[];
    otherwise: string;
    assign?: Record<string, unknown>;
    output?: unknown;
    way?: string;
  },
): CompiledStates {
  const { id } = calling;
  const gated = shop.gated.has(id);
  const { onError, more, ...rest } = calling;
  const call: Omit<AslTaskState, 'Next'> = {
    ...compileTask({ ...rest, ...(onError !== undefined && { onError }), more: { ...more, ...(gated && { gated }) } }),
    ...(after.output !== undefined && { Output: after.output }),
  };
  const rules = [...(gated ? guardRules(id) : []), ...after.rules];
  if (rules.length === 0) return { [id]: { ...call, Next: after.otherwise } };
  const way = `${id}: ${after.way ?? 'way'}`;
  const Assign = { ...(gated && guardAssigned), ...after.assign };
  return {
    [id]: { ...call, ...(Object.keys(Assign).length > 0 && { Assign }), Next: way },
    [way]: { Type: 'Choice', Choices: rules, Default: after.otherwise },
    ...(gated && guardStates(id, shop.functions.wait)),
  };
}
