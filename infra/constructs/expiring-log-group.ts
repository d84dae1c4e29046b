import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Construct } from 'constructs';
import { type LogDays, type Settings } from '../environments.ts';

const retention: Record<LogDays, RetentionDays> = {
  7: RetentionDays.ONE_WEEK,
  30: RetentionDays.ONE_MONTH,
  90: RetentionDays.THREE_MONTHS,
  365: RetentionDays.ONE_YEAR,
};

/** A log group with the environment's retention. It outlives the stack where data does. */
export function expiringLogGroup(scope: Construct, id: string, props: { name: string; settings: Settings }): LogGroup {
  const { name, settings } = props;
  return new LogGroup(scope, id, {
    logGroupName: name,
    retention: retention[settings.logDays],
    removalPolicy: settings.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}
