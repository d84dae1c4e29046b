import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { type Instant, instantAt, daySeconds } from '../shared/time.ts';

/** One-time calls in the future. */
export interface Timers {
  /**
   * Calls the target with the input once, in the second at or after `at`. A timer of this name that
   * exists is not changed.
   */
  set(name: string, at: Instant, input: unknown): Promise<void>;
  /** Deletes a timer. Does nothing if it has fired or does not exist. */
  clear(name: string): Promise<void>;
}

export interface TimerTarget {
  group: string;
  targetArn: string;
  roleArn: string;
  deadLetterArn: string;
}

/** Scheduler's times have no fractions. Rounds up, so that no call is early. */
const secondOf = (at: Instant): string => instantAt(Math.ceil(Date.parse(at) / 1_000) * 1_000).slice(0, 19);

/**
 * Timers as one-time schedules of EventBridge Scheduler. An account may have ten million, and they
 * delete themselves.
 */
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
              RetryPolicy: { MaximumEventAgeInSeconds: daySeconds, MaximumRetryAttempts: 185 },
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
