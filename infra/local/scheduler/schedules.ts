import { randomUUID } from 'node:crypto';
import { type QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { fromWall, nextCron } from './cron.ts';
import { account, region } from '../template/intrinsics.ts';
import { type Journal } from '../journal/open-journal.ts';
import { targetPayload } from '../eventbridge/target-input.ts';
import { type Target, type Targets } from '../eventbridge/targets.ts';
import { type StackTemplate } from '../template/template.ts';
import { dayMs, hourMs, minuteMs } from '#lib/shared/time.ts';

/** Schedules of EventBridge Scheduler, and rules with a schedule expression. */
export interface Schedules {
  /**
   * Sets the timers. A schedule that was due while the runner was stopped fires once. Call it when
   * targets can be reached.
   */
  start(): void;
  /** Returns when each fires next, for display. */
  list(): { id: string; expression: string; next: string | undefined }[];
  stop(): void;
}

interface SchedulesOptions {
  schedules: StackTemplate['schedules'];
  rules: StackTemplate['rules'];
  targets: Pick<Targets, 'deliver'>;
  journal: Journal;
  clock: VirtualClock;
  activity: QuiescenceTracker;
}

/** One schedule or scheduled rule, in one shape. */
interface Timed {
  id: string;
  arn: string;
  expression: string;
  timezone: string;
  /** Returns each target and its payload at a firing. */
  deliveries(at: number): { target: Target; payload: unknown }[];
}

const unitsMs: Record<string, number> = { minute: minuteMs, hour: hourMs, day: dayMs };

/** Returns the period of a rate, `15 minutes`, in ms. Not above 0 for a wrong one. */
function ratePeriodMs(rate: string): number {
  const [, count, unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(rate) ?? [];
  return Number(count) * (unitsMs[unit] ?? 0);
}

/**
 * Returns the next firing after `after`. `anchor` is a firing or the first sight, from which rates
 * count. Throws for an expression that AWS rejects.
 */
export function nextFiring(
  expression: string,
  timezone: string,
  { after, anchor }: { after: number; anchor: number },
): number | undefined {
  const [, kind, inner = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'cron') return nextCron(inner, timezone, after);
  if (kind === 'at') {
    const at = fromWall(timezone, Date.parse(`${inner}Z`));
    if (Number.isNaN(at)) throw new Error(`${expression}: no date and time`);
    return at > after ? at : undefined;
  }
  const period = kind === 'rate' ? ratePeriodMs(inner) : 0;
  if (!(period > 0)) throw new Error(`${expression} is no schedule expression`);
  return anchor + (Math.floor((after - anchor) / period) + 1) * period;
}

const seconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

const firing = (arn: string, source: string, at: number) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source,
  account,
  time: seconds(at),
  region,
  resources: [arn],
});

/**
 * Replaces Scheduler's placeholders. A target without input gets an event, whose detail is a text
 * here.
 */
function scheduleInput(input: string | undefined, arn: string, at: number): unknown {
  if (input === undefined) return { ...firing(arn, 'aws.scheduler', at), detail: '{}' };
  const facts: Record<string, string> = {
    'schedule-arn': arn,
    'scheduled-time': seconds(at),
    'execution-id': randomUUID(),
    'attempt-number': '1',
  };
  return JSON.parse(
    input.replace(/<aws\.scheduler\.([\w-]+)>/g, (whole, name: string) => facts[name] ?? whole),
  ) as unknown;
}

const ofSchedule = ({ id, arn, expression, timezone, target }: StackTemplate['schedules'][number]): Timed => ({
  id,
  arn,
  expression,
  timezone,
  deliveries: (at) => [{ target, payload: scheduleInput(target.input, arn, at) }],
});

const ofRule = (rule: StackTemplate['rules'][number], expression: string): Timed => ({
  id: rule.id,
  arn: rule.arn,
  expression,
  timezone: 'UTC',
  deliveries: (at) =>
    rule.targets.map((target) => ({
      target,
      payload: targetPayload({ ...firing(rule.arn, 'aws.events', at), detail: {} }, target),
    })),
});

const timedOf = ({ schedules, rules }: Pick<SchedulesOptions, 'schedules' | 'rules'>): Timed[] => [
  ...schedules.filter(({ enabled }) => enabled).map(ofSchedule),
  ...rules.flatMap((rule) =>
    rule.enabled && rule.scheduleExpression !== undefined ? [ofRule(rule, rule.scheduleExpression)] : [],
  ),
];

/**
 * Fires on the virtual clock. The journal has a firing after its deliveries, so a kill in between
 * repeats it. Missed firings of a stopped runner fire once. Throws for an expression that AWS
 * rejects.
 */
export function createSchedules(options: SchedulesOptions): Schedules {
  const schedules = new JournaledSchedules(options);
  return { start: () => schedules.start(), list: () => schedules.list(), stop: () => schedules.stop() };
}

class JournaledSchedules implements Schedules {
  readonly #options: SchedulesOptions;
  readonly #all: Timed[];
  readonly #timers = new Map<string, { cancel: () => void; due: number }>();

  constructor(options: SchedulesOptions) {
    this.#options = options;
    options.journal.exec('CREATE TABLE IF NOT EXISTS schedules (id TEXT PRIMARY KEY, anchor REAL)');
    this.#all = timedOf(options);
    for (const { expression, timezone } of this.#all) nextFiring(expression, timezone, { after: 0, anchor: 0 });
  }

  start(): void {
    const load = this.#options.journal.prepare('SELECT anchor FROM schedules WHERE id = ?');
    for (const timed of this.#all) {
      const kept = load.get(timed.id)?.anchor;
      const anchor = typeof kept === 'number' ? kept : this.#options.clock.now();
      if (kept === undefined) this.#save(timed, anchor);
      this.#arm(timed, { anchor, after: anchor });
    }
  }

  list(): { id: string; expression: string; next: string | undefined }[] {
    return this.#all.map(({ id, expression }) => {
      const due = this.#timers.get(id)?.due;
      return { id, expression, next: due === undefined ? undefined : new Date(due).toISOString() };
    });
  }

  stop(): void {
    for (const { cancel } of this.#timers.values()) cancel();
  }

  #save({ id }: Timed, anchor: number): void {
    this.#options.journal.prepare('INSERT OR REPLACE INTO schedules VALUES (?, ?)').run(id, anchor);
  }

  #fire(timed: Timed, at: number): void {
    const { targets, clock } = this.#options;
    for (const { target, payload } of timed.deliveries(at)) targets.deliver(target, payload, timed.arn);
    this.#save(timed, at);
    this.#arm(timed, { anchor: at, after: Math.max(at, clock.now()) });
  }

  /** Sets the timer of the first firing after `after`. One whose time has passed fires at once. */
  #arm(timed: Timed, from: { anchor: number; after: number }): void {
    const { clock, activity } = this.#options;
    const due = nextFiring(timed.expression, timed.timezone, from);
    if (due === undefined) return void this.#timers.delete(timed.id);
    const cancel = clock.at(due, () => void activity.run(() => Promise.resolve(this.#fire(timed, due))));
    this.#timers.set(timed.id, { cancel, due });
  }
}
