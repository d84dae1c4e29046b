import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { type LogGroup } from 'aws-cdk-lib/aws-logs';
import { type Construct } from 'constructs';
import { type StepFunction } from '../../lib/journey/compilation/compile-journey.ts';
import { grantJourneys, machineRole, machinesPrefix } from '../constructs/journey-machine.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { type Foundation } from '../foundation.ts';

/**
 * The function that makes state machines of published journeys. The machines share one role,
 * which may call the functions of all steps.
 */
export function createPublish(
  scope: Construct,
  { settings, table, gateway }: Foundation,
  { steps, logGroup }: { steps: Record<StepFunction, NodeFunction>; logGroup: LogGroup },
): void {
  const role = machineRole(scope, 'PublishedRole', Object.values(steps));
  const { stackName } = Stack.of(scope);
  const arns = Object.entries(steps).map(([name, { functionArn }]) => [name, functionArn]);
  const publish = new NodeFunction(scope, 'Publish', {
    entry: 'journey/publish',
    env: {
      STACK: stackName,
      MACHINES: machinesPrefix(scope),
      MACHINE_ROLE_ARN: role.roleArn,
      MACHINE_LOG_ARN: logGroup.logGroupArn,
      STEP_FUNCTIONS: Stack.of(scope).toJsonString(Object.fromEntries(arns)),
    },
    settings,
  });
  table.grant(publish, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'], ['byList']);
  grantPublishing(publish, role);
  gateway.serve(publish, [
    'POST /v1/journeys/{id}/publish',
    'POST /v1/journeys/{id}/pause',
    'POST /v1/journeys/{id}/resume',
    'POST /v1/journeys/{id}/close',
    'POST /v1/journeys/{id}/stop',
    'POST /v1/journeys/{id}/experiments/{step}/winner',
  ]);
}

/** Lets a function make state machines that run with `role`. */
function grantPublishing(publish: NodeFunction, role: Role): void {
  grantJourneys(publish, [
    'CreateStateMachine',
    'UpdateStateMachine',
    'PublishStateMachineVersion',
    'CreateStateMachineAlias',
    'UpdateStateMachineAlias',
    'GetExecutionHistory',
  ]);
  publish.addToRolePolicy(
    new PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'states.amazonaws.com' } },
    }),
  );
}
