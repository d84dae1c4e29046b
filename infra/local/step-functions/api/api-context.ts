import { type Catalog } from '../machine-catalog.ts';
import { type ExecutionLists } from '../execution-lists.ts';
import { type Interpreter } from '#lib/states-language/execution/interpreter.ts';
import { type ExecutionStore } from '../execution-store.ts';

/** What the API's actions work with. */
export interface Actions {
  catalog: Catalog;
  interpreter: Interpreter;
  store: ExecutionStore;
  lists: ExecutionLists;
  now: () => number;
}

/** The wire's time: seconds since 1970 with a fraction. */
export function seconds(time: number): number {
  return time / 1_000;
}
