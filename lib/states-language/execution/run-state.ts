import { type Json } from '../../shared/json.ts';
import { type InterpreterContext } from './interpreter-context.ts';
import { names, queryFailed, StateFailed, type StateFailure } from '../failure.ts';
import { startChildren, type ChildBranch } from './parallel-states.ts';
import { type ExecutionBranch, type RunningExecution, type StateOutcome } from './execution-branch.ts';
import { withInput } from './history-recorder.ts';
import { type CompiledStateOf } from '../definition/compiled-states.ts';
import { serializeData, serializeWithinLimit, type SerializedData } from '../serialized-data.ts';
import { decideRetry } from '../definition/retry-policy.ts';
import { scheduleTask } from './task-state.ts';
import { timestampMs } from '../timestamp.ts';
import { StateRun } from './state-run.ts';

/** Concurrency of an inline Map without `MaxConcurrency`. AWS promises at most 40 too. */
const mapConcurrency = 40;

/**
 * Moves the branch one phase on. A `StateFailed` goes to the state's retriers and catchers.
 * `HistoryFull` and `BranchGone` are thrown.
 */
export async function runState(core: InterpreterContext, live: RunningExecution, flow: ExecutionBranch): Promise<void> {
  const visit = new StateRun(core, live, flow);
  try {
    if (flow.phase.kind === 'enter') enter(visit);
    else if (flow.phase.kind === 'run') await run(visit);
    else if (flow.phase.kind === 'settled') await complete(visit, flow.phase.outcome);
  } catch (error) {
    if (!(error instanceof StateFailed)) throw error;
    await recover(visit, reportFailure(visit, error));
  }
}

function enter({ core, live, flow, state }: StateRun): void {
  flow.enteredAt = core.now();
  flow.tries = [];
  const details = { name: state.name, ...withInput(flow.input) };
  flow.enteredEvent = core.history.record(live, flow, { type: `${state.type}StateEntered`, details });
  flow.phase = { kind: 'run' };
  core.store.saveFlow(flow);
}

async function run(visit: StateRun): Promise<void> {
  const { state, flow } = visit;
  switch (state.type) {
    case 'Pass':
    case 'Succeed':
      return visit.leave(state, { otherwise: flow.input });
    case 'Fail':
      return fail(visit, state);
    case 'Wait':
      return wait(visit, state);
    case 'Choice':
      return choose(visit, state);
    case 'Task':
      return scheduleTask(visit, state);
    case 'Parallel':
      return runParallel(visit, state);
    case 'Map':
      return runMap(visit, state);
  }
}

/** Continues after a task, a wait or child branches have ended. */
async function complete(visit: StateRun, outcome: StateOutcome): Promise<void> {
  if ('failure' in outcome) return recover(visit, outcome.failure);
  const { state, flow } = visit;
  if (state.type === 'Wait') return visit.leave(state, { otherwise: flow.input });
  return visit.leave(state, { otherwise: serializeData(outcome.result), result: outcome.result });
}

async function fail(visit: StateRun, state: CompiledStateOf<'Fail'>): Promise<void> {
  const error = textOf(await visit.evaluateOptional(state.error), 'Error');
  const cause = textOf(await visit.evaluateOptional(state.cause), 'Cause');
  visit.fail({ error: error ?? '', ...(cause !== undefined && { cause }) });
}

function textOf(value: Json | undefined, field: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw queryFailed(`The field '${field}' must be a string, but was ${JSON.stringify(value)}.`, field);
}

async function wait(visit: StateRun, state: CompiledStateOf<'Wait'>): Promise<void> {
  const { core, flow } = visit;
  const due = state.seconds
    ? core.now() + (await visit.wholeNumber(state.seconds, { field: 'Seconds', min: 0 })) * 1_000
    : timestampOf(await visit.evaluateOptional(state.timestamp));
  flow.phase = due > core.now() ? { kind: 'wait', due } : { kind: 'settled', outcome: { result: null } };
  visit.save();
}

function timestampOf(value: Json | undefined): number {
  const time = typeof value === 'string' ? timestampMs(value) : undefined;
  if (time !== undefined) return time;
  throw queryFailed(
    `The field 'Timestamp' must be an RFC 3339 timestamp, but was ${JSON.stringify(value)}.`,
    'Timestamp',
  );
}

async function choose(visit: StateRun, state: CompiledStateOf<'Choice'>): Promise<void> {
  for (const [index, rule] of state.rules.entries()) {
    const holds = await visit.evaluate(rule.condition);
    if (typeof holds !== 'boolean') {
      const field = `Choices[${index}]/Condition`;
      throw queryFailed(`The field '${field}' must be a boolean, but was ${JSON.stringify(holds)}.`, field);
    }
    if (holds) return visit.leave(rule, { otherwise: visit.flow.input });
  }
  if (state.otherwise === undefined) {
    throw new StateFailed({
      error: 'States.NoChoiceMatched',
      cause: `No choice of the state '${state.name}' matched and it has no Default.`,
    });
  }
  // `Assign` and `Output` of the state belong to its Default. A matching rule has its own.
  return visit.leave({ ...state, next: state.otherwise }, { otherwise: visit.flow.input });
}

/** Serializes the input of child branches. Throws `StateFailed` if it is too large. */
function inputOf({ state }: StateRun, value: Json): SerializedData {
  return serializeWithinLimit(value, `The state/task '${state.name}' has arguments`);
}

async function runParallel(visit: StateRun, state: CompiledStateOf<'Parallel'>): Promise<void> {
  const { core, live, flow } = visit;
  const input = state.arguments ? inputOf(visit, await visit.evaluate(state.arguments)) : flow.input;
  const children = state.branches.map(() => ({ input }));
  startChildren(core, live, { flow, children, concurrency: children.length });
}

async function runMap(visit: StateRun, state: CompiledStateOf<'Map'>): Promise<void> {
  const { core, live, flow } = visit;
  const items = state.items ? await visit.evaluate(state.items) : flow.input.value;
  if (!Array.isArray(items))
    throw queryFailed(`The field 'Items' must be an array, but was ${JSON.stringify(items)}.`, 'Items');
  const limit = state.concurrency ? await visit.wholeNumber(state.concurrency, { field: 'MaxConcurrency', min: 0 }) : 0;
  const children: ChildBranch[] = [];
  for (const [index, item] of items.entries()) {
    const input = state.selector ? await visit.evaluate(state.selector, { item: { index, value: item } }) : item;
    children.push({ input: inputOf(visit, input), item });
  }
  startChildren(core, live, { flow, children, concurrency: limit || mapConcurrency });
}

/** Retries the state, moves to a catcher, or fails the branch. */
async function recover(visit: StateRun, failure: StateFailure): Promise<void> {
  const { core, flow, state } = visit;
  const retry = decideRetry(state.retry, failure, { tries: flow.tries, random: () => visit.draw.random() });
  if (retry) {
    flow.tries = state.retry.map((_, index) => (flow.tries[index] ?? 0) + (index === retry.retrier ? 1 : 0));
    flow.phase = { kind: 'retry', due: core.now() + retry.delayMs };
    return visit.save();
  }
  const catcher = state.catch.find((candidate) => names(candidate.errorEquals, failure));
  if (!catcher) return visit.fail(failure);
  const errorOutput = { Error: failure.error, ...(failure.cause !== undefined && { Cause: failure.cause }) };
  try {
    await visit.leave(catcher, { otherwise: serializeData(errorOutput), errorOutput });
  } catch (error) {
    if (!(error instanceof StateFailed)) throw error;
    visit.fail(reportFailure(visit, error));
  }
}

/**
 * Records a failed expression in the history, and returns the failure with its place in AWS's
 * wording.
 */
function reportFailure({ core, live, flow, state }: StateRun, { failure, location }: StateFailed): StateFailure {
  if (location === undefined) return failure;
  core.history.record(live, flow, { type: 'EvaluationFailed', details: { ...failure, location, state: state.name } });
  const where = `An error occurred while executing the state '${state.name}' (entered at the event id #${flow.enteredEvent}).`;
  return { ...failure, cause: `${where} ${failure.cause ?? ''}` };
}
