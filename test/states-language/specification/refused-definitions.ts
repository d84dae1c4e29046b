import { expect, test } from 'vitest';
import { compileMachine } from '#lib/states-language/definition/compile-machine.ts';
import { task, type Machine } from '../../infra/local/step-functions/machine-harness.ts';
import { only, type Rule } from './specification-table.ts';

/** A definition that `CreateStateMachine` would not take. */
export interface Refused extends Rule {
  machine: Record<string, unknown>;
  because: RegExp;
}

/** Compiles a machine that starts at its first state. */
export function compiling(machine: Record<string, unknown>): () => void {
  const [StartAt] = Object.keys(machine.States as object);
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt, ...machine });
  return () => void compileMachine(definition, Date.now);
}

/** One test for each row. */
export function checkRefused(cases: Refused[]): void {
  test.each(cases)('$rule is refused ($from)', ({ machine, because }) => expect(compiling(machine)).toThrow(because));
}

export const done = { Type: 'Succeed' };
export const next = (state: Record<string, unknown>): Machine => ({
  States: { Do: { ...state, Next: 'Done' }, Done: done },
});
export const handled = (fields: Record<string, unknown>): Machine => next(task('f', { Next: 'Done', ...fields }));
export const all = { ErrorEquals: ['States.ALL'] };
export const pass = (output: unknown): Machine => only({ Type: 'Pass', Output: output });
export const fan = (branches: unknown[], fields: Record<string, unknown> = {}): Machine =>
  only({ Type: 'Parallel', Branches: branches, ...fields });
