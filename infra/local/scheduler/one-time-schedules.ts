import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { AwsError } from '../http/aws-error.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { account, region } from '../template/intrinsics.ts';
import { type Journal } from '../journal/open-journal.ts';
import { readServiceRequest } from '../http/read-request.ts';
import { nextFiring } from './schedules.ts';
import { type Target, type Targets } from '../eventbridge/targets.ts';
import { minuteMs } from '#lib/shared/time.ts';

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
type CreateSchedule = z.infer<typeof CreateSchedule>;

/** EventBridge Scheduler's API for one-time schedules that functions make. */
export interface OneTimers {
  /** `POST /schedules/<name>`, `GET` and `DELETE /schedules/<name>?groupName=…`. */
  call(action: string, body: unknown): unknown;
  /** Sets the timers again. A schedule that was due while the runner was stopped fires at once. */
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

/** Returns the schedule that a request names by path and query. */
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
export const createOneTimers = (options: TimersOptions): OneTimers => new JournaledTimers(options);

/** Returns when a request's schedule fires. Throws for a time that has passed. */
function dueTime({ ScheduleExpression, ScheduleExpressionTimezone }: CreateSchedule, now: number): number {
  const due = nextFiring(ScheduleExpression, ScheduleExpressionTimezone, { after: 0, anchor: 0 });
  if (due === undefined || due < now - minuteMs)
    throw new AwsError('ValidationException', `Invalid Schedule Expression ${ScheduleExpression}: it is in the past.`);
  return due;
}

const targetOf = ({ Target: to }: CreateSchedule): Target => ({
  arn: to.Arn,
  maxRetries: to.RetryPolicy?.MaximumRetryAttempts,
  maxAgeSeconds: to.RetryPolicy?.MaximumEventAgeInSeconds,
  deadLetterArn: to.DeadLetterConfig?.Arn,
});

const prepareStatements = (journal: Journal) => ({
  insert: journal.prepare('INSERT INTO one_timers (arn, due, target, input, kept, request) VALUES (?, ?, ?, ?, ?, ?)'),
  find: journal.prepare('SELECT * FROM one_timers WHERE arn = ?'),
  drop: journal.prepare('DELETE FROM one_timers WHERE arn = ?'),
  mark: journal.prepare('UPDATE one_timers SET fired = 1 WHERE arn = ?'),
  waiting: journal.prepare('SELECT * FROM one_timers WHERE fired = 0'),
});

class JournaledTimers implements OneTimers {
  readonly #options: TimersOptions;
  readonly #rows: ReturnType<typeof prepareStatements>;
  readonly #cancels = new Map<string, () => void>();

  constructor(options: TimersOptions) {
    this.#options = options;
    options.journal.exec(`CREATE TABLE IF NOT EXISTS one_timers (
    arn TEXT PRIMARY KEY, due REAL, target TEXT, input TEXT, kept INTEGER, request TEXT, fired INTEGER DEFAULT 0)`);
    this.#rows = prepareStatements(options.journal);
  }

  call(action: string, body: unknown): unknown {
    const { method, name, group = 'default' } = named(action);
    if (method === 'POST') return this.#create(name, body);
    const row = this.#find(arnOf(group, name));
    if (!row) throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, { status: 404 });
    if (method === 'GET') return describeSchedule(row, name, group);
    if (method !== 'DELETE')
      throw new AwsError('UnknownOperationException', `no ${method} of schedules locally`, { status: 404 });
    this.#cancels.get(row.arn)?.();
    this.#cancels.delete(row.arn);
    this.#rows.drop.run(row.arn);
    return {};
  }

  restore(): void {
    for (const row of this.#rows.waiting.all()) this.#arm(row as unknown as Row); // the columns above
  }

  count(): number {
    return this.#cancels.size;
  }

  stop(): void {
    for (const cancel of this.#cancels.values()) cancel();
  }

  #find(arn: string): Row | undefined {
    return this.#rows.find.get(arn) as Row | undefined; // the columns above
  }

  #create(name: string, body: unknown): { ScheduleArn: string } {
    const schedule = readServiceRequest(CreateSchedule, body);
    const due = dueTime(schedule, this.#options.clock.now());
    const arn = arnOf(schedule.GroupName, name);
    const request = createHash('sha256').update(JSON.stringify(schedule)).digest('hex');
    const known = this.#find(arn);
    if (known && known.request !== request)
      throw new AwsError('ConflictException', `Schedule ${name} already exists.`, { status: 409 });
    if (known) return { ScheduleArn: arn };
    const kept = Number(schedule.ActionAfterCompletion === 'NONE');
    const row: Row = {
      arn,
      due,
      target: JSON.stringify(targetOf(schedule)),
      input: schedule.Target.Input,
      kept,
      request,
    };
    this.#rows.insert.run(row.arn, row.due, row.target, row.input, row.kept, row.request);
    this.#arm(row);
    return { ScheduleArn: arn };
  }

  #arm(row: Row): void {
    const { clock, activity } = this.#options;
    const cancel = clock.at(row.due, () => void activity.run(() => Promise.resolve(this.#fire(row))));
    this.#cancels.set(row.arn, cancel);
  }

  #fire({ arn, target, input, kept }: Row): void {
    this.#cancels.delete(arn);
    this.#options.targets.deliver(JSON.parse(target) as Target, JSON.parse(input), arn);
    if (kept) this.#rows.mark.run(arn);
    else this.#rows.drop.run(arn);
  }
}

const describeSchedule = ({ arn, target, input }: Row, name: string, group: string) => ({
  Arn: arn,
  Name: name,
  GroupName: group,
  Target: { Arn: (JSON.parse(target) as Target).arn, Input: input },
});
