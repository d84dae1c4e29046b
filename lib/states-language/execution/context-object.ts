import { type Json, type JsonObject } from '../../shared/json.ts';
import { stateOfBranch, type ExecutionBranch, type RunningExecution } from './execution-branch.ts';

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** Types of states that can be retried. Only their context has a retry count. */
const retriableTypes = new Set(['Task', 'Parallel', 'Map']);

/**
 * Returns the context object `$states.context` of a branch's current state. `token` is that of a
 * Task that waits for one.
 */
export function contextObject(
  { execution, input }: RunningExecution,
  flow: ExecutionBranch,
  token?: string,
): JsonObject {
  return {
    Execution: {
      Id: execution.arn,
      Input: input.value,
      Name: execution.name,
      RoleArn: execution.roleArn,
      StartTime: iso(execution.startedAt),
      RedriveCount: 0,
    },
    StateMachine: { Id: execution.machineArn, Name: execution.machineName },
    State: {
      Name: flow.state,
      EnteredTime: iso(flow.enteredAt),
      ...(retriableTypes.has(stateOfBranch(flow).type) && {
        RetryCount: flow.tries.reduce((sum, tries) => sum + tries, 0),
      }),
    },
    ...(flow.item !== undefined && { Map: { Item: mapItemContext(flow.place, flow.item) } }),
    ...(token !== undefined && { Task: { Token: token } }),
  };
}

export function mapItemContext(index: number, value: Json): JsonObject {
  return { Index: index, Value: value };
}
