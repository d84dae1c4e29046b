import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  type DeleteScheduleCommandInput,
  ResourceNotFoundException,
  type SchedulerClient,
  type Target,
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

async function createSchedule(client: SchedulerClient, input: CreateScheduleCommandInput): Promise<void> {
  try {
    await client.send(new CreateScheduleCommand(input));
  } catch (error) {
    if (!(error instanceof ConflictException)) throw error;
  }
}

async function deleteSchedule(client: SchedulerClient, input: DeleteScheduleCommandInput): Promise<void> {
  try {
    await client.send(new DeleteScheduleCommand(input));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}

/** The call of a timer. Scheduler retries it for a day. */
const toTarget = ({ targetArn, roleArn, deadLetterArn }: TimerTarget, input: unknown): Target => ({
  Arn: targetArn,
  RoleArn: roleArn,
  Input: JSON.stringify(input),
  DeadLetterConfig: { Arn: deadLetterArn },
  RetryPolicy: { MaximumEventAgeInSeconds: daySeconds, MaximumRetryAttempts: 185 },
});

const toSchedule = (target: TimerTarget, name: string, at: Instant) => ({
  Name: name,
  GroupName: target.group,
  ScheduleExpression: `at(${secondOf(at)})`,
  ScheduleExpressionTimezone: 'UTC',
  FlexibleTimeWindow: { Mode: 'OFF' as const },
  ActionAfterCompletion: 'DELETE' as const,
});

/**
 * Timers as one-time schedules of EventBridge Scheduler. An account may have ten million, and they
 * delete themselves.
 */
export function schedulerTimers(client: SchedulerClient, target: TimerTarget): Timers {
  return {
    set: (name, at, input) =>
      createSchedule(client, { ...toSchedule(target, name, at), Target: toTarget(target, input) }),
    clear: (name) => deleteSchedule(client, { Name: name, GroupName: target.group }),
  };
}
