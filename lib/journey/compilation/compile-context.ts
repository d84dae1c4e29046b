import { type AslState, type ChoiceRule, type TaskState } from './state-machine-types.ts';
import { type ContactHours } from '../definition/contact-hours.ts';
import { type Step, type StepOf } from '../definition/step.ts';
import { type Calling, gateAssigned, gateRules, gateStates, type StepFunctions, task } from './task-states.ts';

/** What compiling one step may look at. */
export interface Shop {
  functions: StepFunctions;
  /** Steps that ask the gate. */
  gated: ReadonlySet<string>;
  /** Milliseconds past which a wait ends its leg. */
  parkAfter: number;
  /** Rounds after which a loop goes on in a new leg, by `goTo` step; not among them: never. */
  roundsPerLeg: ReadonlyMap<string, number>;
  /** Rules of contact, for messages that keep them. */
  hours: ContactHours | undefined;
}

export type States = Record<string, AslState>;

export type Compile<Kind extends Step['kind']> = (id: string, step: StepOf<Kind>, shop: Shop) => States;

/** A task and the choice after it, which also asks the gate where the step is gated. Without rules and gate there is no choice. */
export function chosen(
  calling: Omit<Calling, 'onError'> & { onError?: string | undefined },
  shop: Shop,
  after: { rules: ChoiceRule[]; otherwise: string; assign?: Record<string, unknown>; output?: unknown; way?: string },
): States {
  const { id } = calling;
  const gated = shop.gated.has(id);
  const { onError, more, ...rest } = calling;
  const call: Omit<TaskState, 'Next'> = {
    ...task({ ...rest, ...(onError !== undefined && { onError }), more: { ...more, ...(gated && { gated }) } }),
    ...(after.output !== undefined && { Output: after.output }),
  };
  const rules = [...(gated ? gateRules(id) : []), ...after.rules];
  if (rules.length === 0) return { [id]: { ...call, Next: after.otherwise } };
  const way = `${id}: ${after.way ?? 'way'}`;
  const Assign = { ...(gated && gateAssigned), ...after.assign };
  return {
    [id]: { ...call, ...(Object.keys(Assign).length > 0 && { Assign }), Next: way },
    [way]: { Type: 'Choice', Choices: rules, Default: after.otherwise },
    ...(gated && gateStates(id, shop.functions.wait)),
  };
}
