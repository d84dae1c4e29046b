import { type Json } from '../../shared/json.ts';
import { type InterpreterContext } from './interpreter-context.ts';
import { removeBranch } from './end-execution.ts';
import { StateFailed, type StateFailure } from '../failure.ts';
import {
  newBranch,
  regionBelow,
  stateOfBranch,
  type ExecutionBranch,
  type RunningExecution,
  type StateOutcome,
} from './execution-branch.ts';
import { serializeWithinLimit, type SerializedData } from '../serialized-data.ts';

/** Input of a Parallel's branch or of a Map's iteration. */
export interface ChildBranch {
  input: SerializedData;
  /** The item of a Map. */
  item?: Json;
}

/**
 * Starts a Parallel's branches or a Map's iterations: `concurrency` at once, each other one when
 * one of these ends.
 */
export function startChildren(
  core: InterpreterContext,
  live: RunningExecution,
  fan: { flow: ExecutionBranch; children: ChildBranch[]; concurrency: number },
): void {
  const { flow, children, concurrency } = fan;
  const { type } = stateOfBranch(flow);
  flow.phase = { kind: 'fan' };
  const details = type === 'Map' && { details: { length: children.length } };
  core.history.record(live, flow, { type: `${type}StateStarted`, ...details });
  core.store.saveFlow(flow);
  if (children.length === 0) return join(core, live, { parent: flow, after: flow.last });
  const flows = children.map((child, place) => newChild(core, flow, { ...child, place }));
  for (const child of flows) {
    live.flows.set(child.id, child);
    core.store.saveFlow(child);
  }
  for (const child of flows.slice(0, concurrency)) startChild(core, live, child);
}

function newChild(
  core: InterpreterContext,
  parent: ExecutionBranch,
  { input, item, place }: ChildBranch & { place: number },
): ExecutionBranch {
  return newBranch({
    id: core.store.newFlowId(),
    execution: parent.execution,
    parent: parent.id,
    place,
    item: item ?? parent.item,
    region: regionBelow(parent, place),
    input,
    variables: parent.variables,
    phase: { kind: 'queued' },
    last: parent.last,
  });
}

function startChild(core: InterpreterContext, live: RunningExecution, child: ExecutionBranch): void {
  child.phase = { kind: 'enter' };
  recordIteration(core, live, { child, what: 'Started' });
  core.store.saveFlow(child);
  core.drive(live, child);
}

/** Records an iteration of a Map. Branches of a Parallel have no such events. */
function recordIteration(
  core: InterpreterContext,
  live: RunningExecution,
  { child, what }: { child: ExecutionBranch; what: string },
): void {
  const parent = parentOf(live, child);
  if (stateOfBranch(parent).type !== 'Map') return;
  const details = { name: parent.state, index: child.place };
  core.history.record(live, child, { type: `MapIteration${what}`, details });
}

/**
 * Ends a branch or an iteration. Starts the next one, or after the last one settles the parent with
 * all outputs.
 */
export function endChild(
  core: InterpreterContext,
  live: RunningExecution,
  { child, output }: { child: ExecutionBranch; output: SerializedData },
): void {
  child.phase = { kind: 'ended' };
  child.input = output;
  recordIteration(core, live, { child, what: 'Succeeded' });
  core.store.saveFlow(child);
  const parent = parentOf(live, child);
  const siblings = childrenOf(live, parent);
  const next = siblings.find((sibling) => sibling.phase.kind === 'queued');
  if (next) startChild(core, live, next);
  else if (siblings.every((sibling) => sibling.phase.kind === 'ended')) join(core, live, { parent, after: child.last });
}

function join(
  core: InterpreterContext,
  live: RunningExecution,
  { parent, after }: { parent: ExecutionBranch; after: number },
): void {
  const { type, name } = stateOfBranch(parent);
  const children = childrenOf(live, parent).sort((a, b) => a.place - b.place);
  core.history.recordAside(live, after, { type: `${type}StateSucceeded` });
  parent.last = after;
  for (const child of children) remove(core, live, child);
  settleParent(core, live, { parent, outcome: outcomeOf(children, name) });
}

function outcomeOf(children: ExecutionBranch[], name: string): StateOutcome {
  try {
    const outputs = children.map((child) => child.input.value);
    return { result: serializeWithinLimit(outputs, `The state/task '${name}' returned a result`).value };
  } catch (error) {
    if (error instanceof StateFailed) return { failure: error.failure };
    throw error;
  }
}

/** Fails the parent's state with the failure of one branch. The other branches are aborted. */
export function failChildren(
  core: InterpreterContext,
  live: RunningExecution,
  { child, failure }: { child: ExecutionBranch; failure: StateFailure },
): void {
  const parent = parentOf(live, child);
  recordIteration(core, live, { child, what: 'Failed' });
  for (const sibling of childrenOf(live, parent)) {
    if (sibling !== child && sibling.phase.kind !== 'queued' && sibling.phase.kind !== 'ended') {
      abort(core, live, sibling);
    }
    remove(core, live, sibling);
  }
  parent.last = child.last;
  core.history.record(live, parent, { type: `${stateOfBranch(parent).type}StateFailed` });
  settleParent(core, live, { parent, outcome: { failure } });
}

function abort(core: InterpreterContext, live: RunningExecution, flow: ExecutionBranch): void {
  for (const child of childrenOf(live, flow)) {
    abort(core, live, child);
    remove(core, live, child);
  }
  core.history.record(live, flow, { type: `${stateOfBranch(flow).type}StateAborted` });
  recordIteration(core, live, { child: flow, what: 'Aborted' });
}

function remove(core: InterpreterContext, live: RunningExecution, flow: ExecutionBranch): void {
  removeBranch(core, flow);
  live.flows.delete(flow.id);
  core.store.dropFlow(flow);
}

function settleParent(
  core: InterpreterContext,
  live: RunningExecution,
  { parent, outcome }: { parent: ExecutionBranch; outcome: StateOutcome },
): void {
  parent.phase = { kind: 'settled', outcome };
  core.store.saveFlow(parent);
  core.drive(live, parent);
}

function childrenOf(live: RunningExecution, parent: ExecutionBranch): ExecutionBranch[] {
  return [...live.flows.values()].filter((flow) => flow.parent === parent.id);
}

function parentOf(live: RunningExecution, child: ExecutionBranch): ExecutionBranch {
  const parent = child.parent === undefined ? undefined : live.flows.get(child.parent);
  if (!parent) throw new Error(`flow ${child.id} has no parent`);
  return parent;
}
