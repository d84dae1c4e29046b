import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type Construct } from 'constructs';
import { suppressNag } from './suppress-nag.ts';
import { type DeadLetterQueue } from './dead-letters.ts';
import { type NodeFunction } from './node-function.ts';

/** The role in which a timer calls its function. */
export function timerRole(
  scope: Construct,
  id: string,
  to: { calls: NodeFunction; deadLetters: DeadLetterQueue },
): Role {
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  });
  role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [to.calls.functionArn] }));
  role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [to.deadLetters.queueArn] }));
  return role;
}

/** Lets a function create and delete timers of a group. */
export function grantTimers(fn: NodeFunction, { group, role }: { group: string; role: Role }): void {
  const resource = Stack.of(fn).formatArn({
    service: 'scheduler',
    resource: 'schedule',
    resourceName: `${group}/*`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  fn.addToRolePolicy(
    new PolicyStatement({ actions: ['scheduler:CreateSchedule', 'scheduler:DeleteSchedule'], resources: [resource] }),
  );
  fn.addToRolePolicy(
    new PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    }),
  );
  const found = `arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/${group}/*`;
  if (fn.role) suppressNag(fn.role, { [`AwsSolutions-IAM5[Resource::${found}]`]: 'each stay has timers of its own' });
}
