import { type Execution, type ExecutionBranch } from '#lib/states-language/execution/execution-branch.ts';
import { type CompiledMachine } from '#lib/states-language/definition/compiled-states.ts';
import { regionBelow } from '#lib/states-language/execution/execution-branch.ts';
import { parseData } from '#lib/states-language/serialized-data.ts';

/** A row of `sfn_execution`: what SQLite has as NULL is undefined in an `Execution`. */
export type ExecutionRow = { [Key in keyof Execution]: Exclude<Execution[Key], undefined> | null };

export interface FlowRow {
  id: number;
  execution: number;
  phase: ExecutionBranch['phase']['kind'];
  due: number | null;
  input: string;
  variables: string;
  doc: string;
}

export function executionFrom(row: ExecutionRow | undefined): Execution | undefined {
  if (!row) return undefined;
  const entries = Object.entries(row).map(([key, value]) => [key, value ?? undefined]);
  return Object.fromEntries(entries) as Execution; // our own row: the columns are the fields
}

/** What the columns beside `doc` do not hold. */
type Doc = Omit<ExecutionBranch, 'id' | 'execution' | 'input' | 'variables' | 'region' | 'gone'>;

export function docOf({
  parent,
  place,
  item,
  state,
  phase,
  last,
  enteredAt,
  enteredEvent,
  tries,
  calls,
}: ExecutionBranch): string {
  const doc: Doc = { parent, place, item, state, phase, last, enteredAt, enteredEvent, tries, calls };
  return JSON.stringify(doc);
}

/**
 * The flows of one execution, parents before children: a child's region hangs in the state its
 * parent stands at.
 */
export function flowsFrom(rows: readonly FlowRow[], machine: CompiledMachine): Map<number, ExecutionBranch> {
  const flows = new Map<number, ExecutionBranch>();
  for (const { id, execution, input, variables, doc } of rows) {
    const rest = JSON.parse(doc) as Doc;
    const parent = rest.parent === undefined ? undefined : flows.get(rest.parent);
    const region = parent ? regionBelow(parent, rest.place) : machine;
    flows.set(id, {
      ...rest,
      id,
      execution,
      region,
      input: parseData(input),
      variables: parseData(variables),
      gone: false,
    });
  }
  return flows;
}
