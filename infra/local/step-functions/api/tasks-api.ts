import * as z from 'zod';
import { type Json } from '#lib/shared/json.ts';
import { type Actions } from './api-context.ts';
import { ApiError } from './api-error.ts';
import {
  type ExecutionBranch,
  type RunningExecution,
  type TaskRun,
} from '#lib/states-language/execution/execution-branch.ts';
import { isTooLarge } from '#lib/states-language/serialized-data.ts';

/** Longest error and cause, in the API's own figures. Characters. */
export const failureFields = { error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() };

export const OneTask = z.object({ taskToken: z.string() });
export const TaskSuccess = OneTask.extend({ output: z.string() });
export const TaskFailure = OneTask.extend(failureFields);

/**
 * Stores a task's result in the journal. A second result of the same call fails with a task
 * timeout.
 */
export function sendTaskSuccess(actions: Actions, { taskToken, output }: z.infer<typeof TaskSuccess>): unknown {
  const { live, flow } = awaited(actions, taskToken);
  actions.interpreter.answer(live, flow, { result: checkedOutput(output) });
  return {};
}

export function sendTaskFailure(actions: Actions, { taskToken, error, cause }: z.infer<typeof TaskFailure>): unknown {
  const { live, flow } = awaited(actions, taskToken);
  const failure = { error: error ?? 'States.TaskFailed', ...(cause !== undefined && { cause }) };
  actions.interpreter.answer(live, flow, { failure });
  return {};
}

/** The next heartbeat is due HeartbeatSeconds from now. */
export function sendTaskHeartbeat(actions: Actions, { taskToken }: z.infer<typeof OneTask>): unknown {
  const { flow, task } = awaited(actions, taskToken);
  actions.interpreter.beat(flow, task);
  return {};
}

function awaited(
  { interpreter, store, now }: Actions,
  token: string,
): { live: RunningExecution; flow: ExecutionBranch; task: TaskRun } {
  const call = interpreter.tokens.read(token);
  if (!call) throw new ApiError('InvalidToken', "Invalid Token: 'Invalid token'");
  if (!store.byId(call[0]))
    throw new ApiError('TaskDoesNotExist', "Task Does Not Exist: 'Provided task does not exist anymore'");
  const found = interpreter.awaited(call);
  const { deadline = Infinity, beatBy = Infinity } = found?.task ?? {};
  if (found && now() < Math.min(deadline, beatBy)) return found;
  throw new ApiError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
}

function checkedOutput(output: string): Json {
  if (isTooLarge(output)) throw new ApiError('InvalidOutput', "Invalid Output: 'The output exceeds 262144 bytes'");
  try {
    return JSON.parse(output) as Json;
  } catch (error) {
    throw new ApiError('InvalidOutput', `Invalid Output: '${String(error)}'`);
  }
}
