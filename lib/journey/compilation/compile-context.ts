import { type AslState } from './state-machine-types.ts';
import { type ContactHours } from '../definition/contact-hours.ts';
import { type Step, type StepOf } from '../definition/step.ts';
import { type StepFunctions } from './task-states.ts';

/** What the compiler of one step may read. */
export interface CompileContext {
  functions: StepFunctions;
  /** Steps that check the step guard. */
  guarded: ReadonlySet<string>;
  /** Waits longer than this suspend the execution, ms. */
  parkAfter: number;
  /**
   * Rounds after which a loop continues in a new execution, by `goTo` step. A missing loop never
   * does.
   */
  roundsPerSegment: ReadonlyMap<string, number>;
  /** Contact hours of the journey, for marketing messages. */
  hours: ContactHours | undefined;
}

/** States of a state machine by name. */
export type CompiledStates = Record<string, AslState>;

/**
 * Compiles a step of one kind. The first state is named like the step. Helper states add a colon,
 * which no step id may hold.
 */
export type StepCompiler<Kind extends Step['kind']> = (
  id: string,
  step: StepOf<Kind>,
  context: CompileContext,
) => CompiledStates;
