import * as z from 'zod';
import { type Actions } from './api-context.ts';
import { ApiError } from './api-error.ts';
import * as executions from './executions-api.ts';
import * as lists from './lists-api.ts';
import * as machines from './machines-api.ts';
import * as publish from './publish-api.ts';
import * as tasks from './tasks-api.ts';

type Handler = (actions: Actions, body: unknown) => unknown;

/**
 * Checks the request before the action sees it. Throws `ValidationException` as AWS does for what
 * has not its shape.
 */
function action<Shape extends z.ZodType>(
  shape: Shape,
  run: (actions: Actions, request: z.infer<Shape>) => unknown,
): Handler {
  return (actions, body) => {
    const request = shape.safeParse(body ?? {});
    if (!request.success) throw new ApiError('ValidationException', z.prettifyError(request.error));
    return run(actions, request.data);
  };
}

const handlers: Record<string, Handler> = {
  StartExecution: action(executions.StartExecution, executions.startExecution),
  StopExecution: action(executions.StopExecution, executions.stopExecution),
  DescribeExecution: action(executions.OneExecution, executions.describeExecution),
  DescribeStateMachineForExecution: action(executions.OneExecution, executions.describeStateMachineForExecution),
  ListExecutions: action(lists.ListExecutions, lists.listExecutions),
  GetExecutionHistory: action(lists.GetExecutionHistory, lists.getExecutionHistory),
  SendTaskSuccess: action(tasks.TaskSuccess, tasks.sendTaskSuccess),
  SendTaskFailure: action(tasks.TaskFailure, tasks.sendTaskFailure),
  SendTaskHeartbeat: action(tasks.OneTask, tasks.sendTaskHeartbeat),
  DescribeStateMachine: action(machines.OneMachine, machines.describeStateMachine),
  ListStateMachines: action(machines.Nothing, machines.listStateMachines),
  ListStateMachineVersions: action(machines.OneMachine, machines.listStateMachineVersions),
  DescribeStateMachineAlias: action(machines.OneAlias, machines.describeStateMachineAlias),
  CreateStateMachine: action(publish.CreateStateMachine, publish.createStateMachine),
  UpdateStateMachine: action(publish.UpdateStateMachine, publish.updateStateMachine),
  PublishStateMachineVersion: action(publish.PublishStateMachineVersion, publish.publishStateMachineVersion),
  CreateStateMachineAlias: action(publish.CreateStateMachineAlias, publish.createStateMachineAlias),
  UpdateStateMachineAlias: action(publish.UpdateStateMachineAlias, publish.updateStateMachineAlias),
};

/**
 * One call of the API, `action` with or without the wire's `AWSStepFunctions.` in front. Throws
 * `ApiError` {name, message}.
 */
export function callApi(actions: Actions, name: string, body: unknown): unknown {
  const handler = handlers[name.replace(/^AWSStepFunctions\./, '')];
  if (!handler)
    throw new ApiError('UnknownOperationException', `the local Step Functions engine does not know ${name}`);
  return handler(actions, body);
}
