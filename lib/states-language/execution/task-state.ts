import { type Json, isJsonObject } from '../../shared/json.ts';
import { StateFailed, runtimeFailed, type StateFailure } from '../failure.ts';
import { type StateOutcome } from './execution-branch.ts';
import { withFailure, withInput, withOutput } from './history-recorder.ts';
import { type CompiledStateOf } from '../definition/compile-machine.ts';
import { serializeWithinLimit } from '../serialized-data.ts';
import { type Resource } from '../definition/task-resource.ts';
import { type StateRun } from './state-run.ts';

/** What a task reports, under the names the history has for its kind of resource. */
export type TaskEvent = 'Scheduled' | 'Started' | 'Submitted' | 'Succeeded' | 'Failed' | 'TimedOut';

/** Evaluates what the call needs and takes it down as under way; the caller makes it once that is in the journal. */
export async function scheduleTask(visit: StateRun, state: CompiledStateOf<'Task'>): Promise<void> {
  const { core, flow } = visit;
  const id = flow.calls + 1;
  const token = isCallback(state.resource) ? { token: core.tokens.of([flow.execution, flow.id, id]) } : {};
  const given = state.arguments ? await visit.evaluate(state.arguments, token) : flow.input.value;
  const timeout = state.timeout && (await visit.wholeNumber(state.timeout, { field: 'TimeoutSeconds', min: 1 }));
  const heartbeat =
    state.heartbeat && (await visit.wholeNumber(state.heartbeat, { field: 'HeartbeatSeconds', min: 1 }));
  const args = serializeWithinLimit(given, `The state/task '${state.name}' has arguments`);
  if (state.resource.kind === 'invoke') functionNameOf(args.value);
  const limits = { ...(timeout && { timeoutInSeconds: timeout }), ...(heartbeat && { heartbeatInSeconds: heartbeat }) };
  const isByArn = state.resource.kind === 'function';
  const what = isByArn ? withInput(args) : { region: 'us-east-1', parameters: args.text };
  recordTask(visit, 'Scheduled', { ...what, ...limits });
  recordTask(visit, 'Started');
  const now = core.now();
  // What waits for its token waits for customers, whose time passes as fast as the clock's.
  const timeoutMs = timeout && (isCallback(state.resource) ? timeout * 1_000 : core.stretched(timeout * 1_000));
  flow.calls = id;
  flow.phase = {
    kind: 'task',
    task: {
      id,
      args: args.value,
      deadline: timeoutMs && now + timeoutMs,
      heartbeatMs: heartbeat && heartbeat * 1_000,
      beatBy: heartbeat && now + heartbeat * 1_000,
    },
  };
  core.store.saveFlow(flow);
}

export function isCallback(resource: Resource): boolean {
  return resource.kind === 'invoke' && resource.callback;
}

/** The call has been made; its answer comes with the token. */
export function submitTask(visit: StateRun, answer: Json): void {
  const { flow } = visit;
  if (flow.phase.kind !== 'task') return;
  recordTask(visit, 'Submitted', withOutput(JSON.stringify(answer)));
  flow.phase = { kind: 'callback', task: { ...flow.phase.task, args: null } };
  visit.save();
}

/** The task is over, by its function's answer, by its token or by the clock. A result over the limit is a failure. */
export function settleTask(visit: StateRun, outcome: StateOutcome): void {
  const { core, flow, state } = visit;
  core.timers.disarm(flow);
  flow.phase = { kind: 'settled', outcome: limited(outcome, state.name) };
  const { outcome: settled } = flow.phase;
  if ('result' in settled) recordTask(visit, 'Succeeded', withOutput(JSON.stringify(settled.result)));
  else if (settled.failure.error === 'States.Timeout') recordTask(visit, 'TimedOut', withFailure(settled.failure));
  else recordTask(visit, 'Failed', withFailure(settled.failure));
  visit.save();
}

function limited(outcome: StateOutcome, name: string): StateOutcome {
  if ('failure' in outcome) return outcome;
  try {
    return { result: serializeWithinLimit(outcome.result, `The state/task '${name}' returned a result`).value };
  } catch (error) {
    if (error instanceof StateFailed) return { failure: error.failure };
    throw error;
  }
}

/** The task has run out of time at `now`: over its deadline, or silent for too long. */
export function timeOut({ deadline = Infinity }: { deadline?: number | undefined }, now: number): StateFailure {
  return { error: 'States.Timeout', ...(now < deadline && { also: ['States.HeartbeatTimeout'] }) };
}

/** What a service integration calls, as the history names it. */
function calledOf(resource: Exclude<Resource, { kind: 'function' }>): { resourceType: string; resource: string } {
  if (resource.kind === 'invoke')
    return { resourceType: 'lambda', resource: resource.callback ? 'invoke.waitForTaskToken' : 'invoke' };
  const [service = '', action = ''] = resource.call.split(':');
  return { resourceType: `aws-sdk:${service}`, resource: action };
}

function recordTask(
  { core, live, flow, state }: StateRun,
  what: TaskEvent,
  details: Record<string, unknown> = {},
): void {
  if (state.type !== 'Task') return;
  if (state.resource.kind !== 'function') {
    const called = calledOf(state.resource);
    core.history.record(live, flow, { type: `Task${what}`, details: { ...called, ...details } });
  } else {
    const resource = what === 'Scheduled' && { resource: state.resource.arn };
    const event = {
      type: `LambdaFunction${what}`,
      ...(what !== 'Started' && { details: { ...resource, ...details } }),
    };
    core.history.record(live, flow, event);
  }
}

/** Throws `StateFailed` (States.Runtime) when there is none. */
export function functionNameOf(args: Json): string {
  const name = isJsonObject(args) ? args.FunctionName : undefined;
  if (typeof name === 'string' && name !== '') return name;
  throw runtimeFailed("The field 'FunctionName' is required but was missing");
}
