import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { type Instant, instantAt } from '../shared/time.ts';

/** Calls that are to be made later. */
export interface Timers {
  /** Calls the target with the input at that time, once, at the second and never before. One of this name that is set stays as it is. */
  set(name: string, at: Instant, input: unknown): Promise<void>;
  /** Takes it away. One that has fired, or never was set, is no trouble. */
  clear(name: string): Promise<void>;
}

export interface TimerTarget {
  group: string;
  targetArn: string;
  roleArn: string;
  deadLetterArn: string;
}

/** Scheduler's times have no fractions: the next second, so that nothing is early. */
const secondOf = (at: Instant): string => instantAt(Math.ceil(Date.parse(at) / 1_000) * 1_000).slice(0, 19);

/** One-time schedules of EventBridge Scheduler: an account has ten million of them, and they delete themselves. */
export function schedulerTimers(client: SchedulerClient, target: TimerTarget): Timers {
  const { group, targetArn, roleArn, deadLetterArn } = target;
  return {
    async set(name, at, input) {
      try {
        await client.send(
          new CreateScheduleCommand({
            Name: name,
            GroupName: group,
            ScheduleExpression: `at(${secondOf(at)})`,
            ScheduleExpressionTimezone: 'UTC',
            FlexibleTimeWindow: { Mode: 'OFF' },
            ActionAfterCompletion: 'DELETE',
            Target: {
              Arn: targetArn,
              RoleArn: roleArn,
              Input: JSON.stringify(input),
              DeadLetterConfig: { Arn: deadLetterArn },
              RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
            },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConflictException)) throw error;
      }
    },

    async clear(name) {
      try {
        await client.send(new DeleteScheduleCommand({ Name: name, GroupName: group }));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
    },
  };
}
