import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type QuiescenceTracker } from '../../../lib/states-language/quiescence-tracker.ts';
import { AwsError } from '../http/aws-error.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { account, region } from '../template/intrinsics.ts';
import { type Journal } from '../journal/open-journal.ts';
import { readServiceRequest } from '../http/read-request.ts';
import { nextFiring } from './schedules.ts';
import { type Target, type Targets } from '../eventbridge/targets.ts';
import { minuteMs } from '../../../lib/shared/time.ts';

const CreateSchedule = z.object({
  GroupName: z.string().default('default'),
  ScheduleExpression: z.string().regex(/^at\(.+\)$/, 'only one-time schedules are made at run time locally'),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  FlexibleTimeWindow: z.object({ Mode: z.literal('OFF') }),
  ActionAfterCompletion: z.enum(['DELETE', 'NONE']).default('NONE'),
  Target: z.object({
    Arn: z.string(),
    RoleArn: z.string(),
    Input: z.string(),
    DeadLetterConfig: z.object({ Arn: z.string() }).optional(),
    RetryPolicy: z.object({ MaximumEventAgeInSeconds: z.int(), MaximumRetryAttempts: z.int() }).partial().optional(),
  }),
});

/** EventBridge Scheduler's API for one-time schedules that functions make. */
export interface OneTimers {
  /** `POST /schedules/<name>`, `GET` and `DELETE /schedules/<name>?groupName=…`. */
  call(action: string, body: unknown): unknown;
  /** Sets the timers again; what was due while the runner was away fires at once. */
  restore(): void;
  count(): number;
  stop(): void;
}

interface Row {
  arn: string;
  due: number;
  target: string;
  input: string;
  kept: number;
  request: string;
}

interface TimersOptions {
  targets: Pick<Targets, 'deliver'>;
  journal: Journal;
  clock: VirtualClock;
  activity: QuiescenceTracker;
}

const arnOf = (group: string, name: string): string =>
  `arn:aws:scheduler:${region}:${account}:schedule/${group}/${name}`;

/** What a request names, by its path and query. */
function named(action: string): { method: string; name: string; group: string | undefined } {
  const [method = '', place = ''] = action.split(' ');
  const url = new URL(place, 'http://scheduler');
  const [, , name = ''] = url.pathname.split('/');
  return { method, name: decodeURIComponent(name), group: url.searchParams.get('groupName') ?? undefined };
}

/**
 * Each schedule is a row until its call is delivered, so a kill in between repeats the call. A
 * second schedule of a name is a conflict, unless the request is the same.
 */
export function createOneTimers({ targets, journal, clock, activity }: TimersOptions): OneTimers {
  journal.exec(`CREATE TABLE IF NOT EXISTS one_timers (
    arn TEXT PRIMARY KEY, due REAL, target TEXT, input TEXT, kept INTEGER, request TEXT, fired INTEGER DEFAULT 0)`);
  const insert = journal.prepare(
    'INSERT INTO one_timers (arn, due, target, input, kept, request) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const find = journal.prepare('SELECT * FROM one_timers WHERE arn = ?');
  const drop = journal.prepare('DELETE FROM one_timers WHERE arn = ?');
  const mark = journal.prepare('UPDATE one_timers SET fired = 1 WHERE arn = ?');
  const cancels = new Map<string, () => void>();

  function fire({ arn, target, input, kept }: Row): void {
    cancels.delete(arn);
    targets.deliver(JSON.parse(target) as Target, JSON.parse(input), arn);
    if (kept) mark.run(arn);
    else drop.run(arn);
  }

  function arm(row: Row): void {
    cancels.set(
      row.arn,
      clock.at(row.due, () => void activity.run(() => Promise.resolve(fire(row)))),
    );
  }

  function create(name: string, body: unknown): { ScheduleArn: string } {
    const asked = readServiceRequest(CreateSchedule, body);
    const { GroupName, ScheduleExpression, ScheduleExpressionTimezone, ActionAfterCompletion, Target: to } = asked;
    const due = nextFiring(ScheduleExpression, ScheduleExpressionTimezone, { after: 0, anchor: 0 });
    if (due === undefined || due < clock.now() - minuteMs)
      throw new AwsError(
        'ValidationException',
        `Invalid Schedule Expression ${ScheduleExpression}: it is in the past.`,
      );
    const arn = arnOf(GroupName, name);
    const request = createHash('sha256').update(JSON.stringify(asked)).digest('hex');
    const known = find.get(arn) as Row | undefined; // the columns above
    if (known && known.request !== request)
      throw new AwsError('ConflictException', `Schedule ${name} already exists.`, { status: 409 });
    if (known) return { ScheduleArn: arn };
    const target: Target = {
      arn: to.Arn,
      maxRetries: to.RetryPolicy?.MaximumRetryAttempts,
      maxAgeSeconds: to.RetryPolicy?.MaximumEventAgeInSeconds,
      deadLetterArn: to.DeadLetterConfig?.Arn,
    };
    const row = {
      arn,
      due,
      target: JSON.stringify(target),
      input: to.Input,
      kept: Number(ActionAfterCompletion === 'NONE'),
      request,
    };
    insert.run(row.arn, row.due, row.target, row.input, row.kept, row.request);
    arm(row);
    return { ScheduleArn: arn };
  }

  function known(name: string, group = 'default'): Row {
    const row = find.get(arnOf(group, name)) as Row | undefined; // the columns above
    if (!row) throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, { status: 404 });
    return row;
  }

  return {
    call(action, body) {
      const { method, name, group } = named(action);
      if (method === 'POST') return create(name, body);
      const row = known(name, group);
      if (method === 'GET')
        return {
          Arn: row.arn,
          Name: name,
          GroupName: group ?? 'default',
          Target: { Arn: (JSON.parse(row.target) as Target).arn, Input: row.input },
        };
      if (method !== 'DELETE')
        throw new AwsError('UnknownOperationException', `no ${method} of schedules locally`, { status: 404 });
      cancels.get(row.arn)?.();
      cancels.delete(row.arn);
      drop.run(row.arn);
      return {};
    },
    restore() {
      for (const row of journal.prepare('SELECT * FROM one_timers WHERE fired = 0').all()) arm(row as unknown as Row); // the columns above
    },
    count: () => cancels.size,
    stop() {
      for (const cancel of cancels.values()) cancel();
    },
  };
}
