import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { seconds, type Actions } from './api-context.ts';
import { ApiError, noSuchExecution, noSuchMachine } from './api-error.ts';
import { failureFields } from './tasks-api.ts';
import { seededDraw } from '#lib/states-language/expressions/seeded-random.ts';
import { qualifiersOf, type Execution } from '#lib/states-language/execution/execution-branch.ts';
import { isTooLarge } from '#lib/states-language/serialized-data.ts';

export const StartExecution = z.object({
  stateMachineArn: z.string(),
  name: z.string().optional(),
  input: z.string().optional(),
});
export const OneExecution = z.object({ executionArn: z.string() });
export const StopExecution = OneExecution.extend(failureFields);

/** What AWS refuses in a name: white space, control characters, brackets, wildcards and these. */

const badName = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;

/**
 * Starts an execution; it is in the journal when this returns. The same name with the same input
 * while it runs answers what it answered the first time and starts nothing.
 */
export function startExecution(actions: Actions, request: z.infer<typeof StartExecution>): unknown {
  const { catalog, interpreter, store, now } = actions;
  const name = request.name ?? randomUUID();
  if (name.length === 0 || name.length > 80 || badName.test(name))
    throw new ApiError('InvalidName', `Invalid Name: '${name}'`);
  const input = checkedInput(request.input ?? '{}');
  const target = catalog.resolve(request.stateMachineArn, () => seededDraw(name).random());
  if (!target) throw noSuchMachine(request.stateMachineArn);
  const arn = executionArn(target.machine.arn, name);
  const known = store.byArn(arn);
  if (known) return again(known, input);
  const startedAt = now();
  const { timeoutSeconds } = catalog.machineOf(target.definition);
  interpreter.begin({
    id: store.newExecutionId(),
    arn,
    name,
    machineArn: target.machine.arn,
    machineName: target.machine.name,
    versionArn: target.versionArn,
    aliasArn: target.aliasArn,
    roleArn: target.machine.roleArn,
    definition: target.definition,
    input,
    startedAt,
    deadline: timeoutSeconds && startedAt + timeoutSeconds * 1_000,
    status: 'RUNNING',
    stoppedAt: undefined,
    output: undefined,
    error: undefined,
    cause: undefined,
  });
  return { executionArn: arn, startDate: seconds(startedAt) };
}

function checkedInput(input: string): string {
  try {
    JSON.parse(input);
  } catch (error) {
    throw new ApiError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${String(error)}'`);
  }
  if (isTooLarge(input)) {
    throw new ApiError(
      'InvalidExecutionInput',
      "Invalid State Machine Execution Input: 'The input exceeds 262144 bytes'",
    );
  }
  return input;
}

function again(known: Execution, input: string): unknown {
  if (known.status === 'RUNNING' && known.input === input) {
    return { executionArn: known.arn, startDate: seconds(known.startedAt) };
  }
  throw new ApiError('ExecutionAlreadyExists', `Execution Already Exists: '${known.arn}'`);
}

function executionArn(machineArn: string, name: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/** Aborts an execution, even in mid-wait. One that has ended stays as it is. */
export function stopExecution(
  actions: Actions,
  { executionArn, error, cause }: z.infer<typeof StopExecution>,
): unknown {
  const execution = found(actions, executionArn);
  const failure = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  if (execution.status === 'RUNNING') actions.interpreter.end(execution.id, { status: 'ABORTED', failure });
  return { stopDate: seconds(found(actions, executionArn).stoppedAt ?? actions.now()) };
}

export function describeExecution(actions: Actions, { executionArn }: z.infer<typeof OneExecution>): unknown {
  const execution = found(actions, executionArn);
  const { output, error, cause, stoppedAt } = execution;
  return {
    executionArn,
    stateMachineArn: execution.machineArn,
    ...qualifiersOf(execution),
    name: execution.name,
    status: execution.status,
    startDate: seconds(execution.startedAt),
    input: execution.input,
    inputDetails: { included: true },
    ...(stoppedAt !== undefined && { stopDate: seconds(stoppedAt) }),
    ...(output !== undefined && { output, outputDetails: { included: true } }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    redriveCount: 0,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Executions are not redriven locally',
  };
}

export function describeStateMachineForExecution(
  actions: Actions,
  { executionArn }: z.infer<typeof OneExecution>,
): unknown {
  const execution = found(actions, executionArn);
  const { definition, createdAt } = actions.catalog.definitionOf(execution.definition);
  return {
    stateMachineArn: execution.versionArn ?? execution.machineArn,
    name: execution.machineName,
    definition,
    roleArn: execution.roleArn,
    updateDate: seconds(createdAt),
  };
}

export function found({ store }: Actions, arn: string): Execution {
  if (!arn.includes(':execution:')) throw new ApiError('InvalidArn', `Invalid Arn: '${arn}'`);
  const execution = store.byArn(arn);
  if (!execution) throw noSuchExecution(arn);
  return execution;
}
