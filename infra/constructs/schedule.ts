import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { type DeadLetterQueue } from './dead-letters.ts';
import { type NodeFunction } from './node-function.ts';

/**
 * Calls a function on a schedule without a flexible window. A call that fails for an hour goes to
 * the dead-letter queue, as the next one comes anyway.
 */
export function onSchedule(fn: NodeFunction, props: { expression: string; deadLetters: DeadLetterQueue }): CfnSchedule {
  const { expression, deadLetters } = props;
  const role = new Role(fn, 'ScheduleRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(fn).account } },
    }),
  });
  role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [fn.functionArn] }));
  role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }));
  const schedule = new CfnSchedule(fn, 'Schedule', {
    name: `${Stack.of(fn).stackName}-${fn.entry.replace('/', '-')}`,
    scheduleExpression: expression,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: fn.functionArn,
      roleArn: role.roleArn,
      input: '{}',
      deadLetterConfig: { arn: deadLetters.queueArn },
      retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 },
    },
  });
  schedule.node.addDependency(role);
  return schedule;
}
