import { type Json, isJsonObject } from '../../shared/json.ts';
import { StateFailed, runtimeFailed, type StateFailure } from '../failure.ts';
import { compact } from '../../shared/records.ts';
import { type StateOutcome, type TaskRun } from './execution-branch.ts';
import { type InterpreterContext } from './interpreter-context.ts';
import { withFailure, withInput, withOutput } from './history-recorder.ts';
import { type CompiledStateOf } from '../definition/compiled-states.ts';
import { serializeWithinLimit, type SerializedData } from '../serialized-data.ts';
import { type Resource } from '../definition/task-resource.ts';
import { type StateRun } from './state-run.ts';

/** Events of a task. The history prefixes them with a name for the kind of resource. */
export type TaskEvent = 'Scheduled' | 'Started' | 'Submitted' | 'Succeeded' | 'Failed' | 'TimedOut';

/** Time limits of a task, s. */
interface TaskLimits {
  timeout: number | undefined;
  heartbeat: number | undefined;
}

async function evaluateLimits(visit: StateRun, state: CompiledStateOf<'Task'>): Promise<TaskLimits> {
  const { timeout, heartbeat } = state;
  return {
    timeout: timeout && (await visit.wholeNumber(timeout, { field: 'TimeoutSeconds', min: 1 })),
    heartbeat: heartbeat && (await visit.wholeNumber(heartbeat, { field: 'HeartbeatSeconds', min: 1 })),
  };
}

/** Details of the event `Scheduled`, with the names that the kind of resource has. */
function scheduledDetails(resource: Resource, args: SerializedData, limits: TaskLimits): Record<string, unknown> {
  const parameters = resource.kind === 'function' ? withInput(args) : { region: 'us-east-1', parameters: args.text };
  const times = compact({ timeoutInSeconds: limits.timeout, heartbeatInSeconds: limits.heartbeat });
  return { ...parameters, ...times };
}

/**
 * Returns the task call to make. A task that waits for its token waits for customers, whose time
 * passes as fast as the clock's. Other calls take a machine's time.
 */
function newTaskRun(
  core: InterpreterContext,
  { timeout, heartbeat }: TaskLimits,
  { id, args, resource }: Pick<TaskRun, 'id' | 'args'> & { resource: Resource },
): TaskRun {
  const now = core.now();
  const timeoutMs = timeout && (isCallback(resource) ? timeout * 1_000 : core.stretched(timeout * 1_000));
  return {
    id,
    args,
    deadline: timeoutMs && now + timeoutMs,
    heartbeatMs: heartbeat && heartbeat * 1_000,
    beatBy: heartbeat && now + heartbeat * 1_000,
  };
}

/**
 * Evaluates the arguments and stores the call as under way. The caller makes the call once that is
 * stored.
 */
export async function scheduleTask(visit: StateRun, state: CompiledStateOf<'Task'>): Promise<void> {
  const { core, flow } = visit;
  const { resource } = state;
  const id = flow.calls + 1;
  const token = isCallback(resource) ? { token: core.tokens.of([flow.execution, flow.id, id]) } : {};
  const given = state.arguments ? await visit.evaluate(state.arguments, token) : flow.input.value;
  const limits = await evaluateLimits(visit, state);
  const args = serializeWithinLimit(given, `The state/task '${state.name}' has arguments`);
  if (resource.kind === 'invoke') functionNameOf(args.value);
  recordTask(visit, 'Scheduled', scheduledDetails(resource, args, limits));
  recordTask(visit, 'Started');
  flow.calls = id;
  flow.phase = { kind: 'task', task: newTaskRun(core, limits, { id, args: args.value, resource }) };
  core.store.saveFlow(flow);
}

/** Returns whether a task ends by its token. */
export function isCallback(resource: Resource): boolean {
  return resource.kind === 'invoke' && resource.callback;
}

/** Records that the call was made. The task now waits for its token. */
export function submitTask(visit: StateRun, answer: Json): void {
  const { flow } = visit;
  if (flow.phase.kind !== 'task') return;
  recordTask(visit, 'Submitted', withOutput(JSON.stringify(answer)));
  flow.phase = { kind: 'callback', task: { ...flow.phase.task, args: null } };
  visit.save();
}

/**
 * Settles a task by its function's answer, its token or a timeout. A result over the limit becomes
 * a failure.
 */
export function settleTask(visit: StateRun, outcome: StateOutcome): void {
  const { core, flow, state } = visit;
  core.timers.disarm(flow);
  flow.phase = { kind: 'settled', outcome: limitResult(outcome, state.name) };
  const { outcome: settled } = flow.phase;
  if ('result' in settled) recordTask(visit, 'Succeeded', withOutput(JSON.stringify(settled.result)));
  else if (settled.failure.error === 'States.Timeout') recordTask(visit, 'TimedOut', withFailure(settled.failure));
  else recordTask(visit, 'Failed', withFailure(settled.failure));
  visit.save();
}

function limitResult(outcome: StateOutcome, name: string): StateOutcome {
  if ('failure' in outcome) return outcome;
  try {
    return { result: serializeWithinLimit(outcome.result, `The state/task '${name}' returned a result`).value };
  } catch (error) {
    if (error instanceof StateFailed) return { failure: error.failure };
    throw error;
  }
}

/**
 * Returns the failure of a task that has timed out at `now`: by its deadline, or by its heartbeat.
 */
export function timeOut({ deadline = Infinity }: { deadline?: number | undefined }, now: number): StateFailure {
  return { error: 'States.Timeout', ...(now < deadline && { also: ['States.HeartbeatTimeout'] }) };
}

/** Returns what a service integration calls, as the history names it. */
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

/** Returns the name of the function to call. Throws `StateFailed` (States.Runtime) without one. */
export function functionNameOf(args: Json): string {
  const name = isJsonObject(args) ? args.FunctionName : undefined;
  if (typeof name === 'string' && name !== '') return name;
  throw runtimeFailed("The field 'FunctionName' is required but was missing");
}
