import { expect, test } from 'vitest';
import { QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { openJournal } from '#infra/local/journal/open-journal.ts';
import { createSchedules, nextFiring } from '#infra/local/scheduler/schedules.ts';
import { type StackTemplate } from '#infra/local/template/template.ts';

const start = Date.parse('2026-03-01T00:00:00Z');
const minutes = (n: number) => n * 60_000;

const schedule: StackTemplate['schedules'][number] = {
  id: 'Sweep',
  ref: 'sweep',
  arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/sweep',
  expression: 'rate(15 minutes)',
  timezone: 'UTC',
  enabled: true,
  target: {
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:sweep',
    input: '{"at":"<aws.scheduler.scheduled-time>"}',
    maxAgeSeconds: undefined,
    maxRetries: undefined,
    deadLetterArn: undefined,
  },
};

const rule: StackTemplate['rules'][number] = {
  id: 'Daily',
  ref: 'Daily',
  arn: 'arn:aws:events:us-east-1:000000000000:rule/Daily',
  busName: 'default',
  pattern: undefined,
  scheduleExpression: 'cron(0 6 * * ? *)',
  enabled: true,
  targets: [{ ...schedule.target, id: 't', input: undefined, inputPath: undefined, inputTransformer: undefined }],
};

function aRun(
  options: {
    journal?: ReturnType<typeof openJournal>;
    at?: number;
    schedules?: (typeof schedule)[];
    rules?: (typeof rule)[];
  } = {},
) {
  const clock = new VirtualClock({ start: options.at ?? start, speed: 0 });
  const activity = new QuiescenceTracker();
  const fired: unknown[] = [];
  const { journal = openJournal(':memory:'), schedules = [schedule], rules = [] } = options;
  const targets = { deliver: (_: unknown, payload: unknown) => void fired.push(payload) };
  const running = createSchedules({ schedules, rules, targets, journal, clock, activity });
  running.start();
  return { ...running, fired, advance: (ms: number) => clock.advance(ms, () => activity.quiet()) };
}

test('a rate fires on its grid from the first start on', async () => {
  const { fired, advance } = aRun();
  await advance(minutes(50));
  expect(fired).toEqual([
    { at: '2026-03-01T00:15:00Z' },
    { at: '2026-03-01T00:30:00Z' },
    { at: '2026-03-01T00:45:00Z' },
  ]);
});

test('after a long stop a schedule fires once, and then on its grid', async () => {
  const journal = openJournal(':memory:');
  await aRun({ journal }).advance(minutes(20));
  const later = aRun({ journal, at: start + minutes(60 * 24 * 365 + 5) });
  await later.advance(minutes(11));
  expect(later.fired).toEqual([{ at: '2026-03-01T00:30:00Z' }, { at: '2027-03-01T00:15:00Z' }]);
});

test('a rule with a schedule sends the event of EventBridge', async () => {
  const { fired, advance } = aRun({ schedules: [], rules: [rule] });
  await advance(minutes(60 * 24));
  expect(fired).toMatchObject([
    {
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      time: '2026-03-01T06:00:00Z',
      resources: [rule.arn],
      detail: {},
    },
  ]);
});

test('what is disabled does not fire, and a schedule for one moment fires once', async () => {
  const once = { ...schedule, id: 'Once', expression: 'at(2026-03-01T09:30:00)', timezone: 'Asia/Seoul' };
  const run = aRun({ schedules: [{ ...schedule, enabled: false }, once] });
  expect(run.list()).toEqual([{ id: 'Once', expression: once.expression, next: '2026-03-01T00:30:00.000Z' }]);
  await run.advance(minutes(60 * 24));
  expect(run.fired).toEqual([{ at: '2026-03-01T00:30:00Z' }]);
});

const next: [expression: string, after: string, fires: string | undefined, timezone?: string][] = [
  ['cron(0/15 * * * ? *)', '2026-03-01T00:01:00Z', '2026-03-01T00:15:00Z'],
  ['cron(0 10 * * ? *)', '2026-03-01T10:00:00Z', '2026-03-02T10:00:00Z'],
  ['cron(15 12 ? * MON-FRI *)', '2026-03-06T13:00:00Z', '2026-03-09T12:15:00Z'],
  ['cron(0 8 1 * ? *)', '2026-03-01T09:00:00Z', '2026-04-01T08:00:00Z'],
  ['cron(0 0 L * ? *)', '2026-02-01T00:00:00Z', '2026-02-28T00:00:00Z'],
  ['cron(0 0 ? * 6L *)', '2026-03-01T00:00:00Z', '2026-03-27T00:00:00Z'],
  ['cron(0 0 ? * 2#1 *)', '2026-03-03T00:00:00Z', '2026-04-06T00:00:00Z'],
  ['cron(0 0 ? * MON#1 *)', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
  ['cron(0 0 15W * ? *)', '2026-03-01T00:00:00Z', '2026-03-16T00:00:00Z'],
  ['cron(0 0 29 2 ? *)', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00Z'],
  ['cron(0 0 1 JAN,JUL ? 2026-2027)', '2026-03-01T00:00:00Z', '2026-07-01T00:00:00Z'],
  ['cron(0 0 1 1 ? 2025)', '2026-03-01T00:00:00Z', undefined],
  ['cron(0 9 * * ? *)', '2026-03-01T00:01:00Z', '2026-03-02T00:00:00Z', 'Asia/Seoul'],
  ['cron(30 2 * * ? *)', '2026-03-28T12:00:00Z', '2026-03-29T01:30:00Z', 'Europe/Berlin'],
  ['rate(1 hour)', '2026-03-01T00:00:00Z', '2026-03-01T01:00:00Z'],
  ['at(2026-03-02T00:00:00)', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
  ['at(2026-03-02T00:00:00)', '2026-03-02T00:00:00Z', undefined],
];

test.each(next)('%s after %s fires at %s', (...[expression, after, fires, timezone = 'UTC']) => {
  const at = nextFiring(expression, timezone, { after: Date.parse(after), anchor: start });
  expect(at === undefined ? undefined : new Date(at).toISOString().replace('.000', '')).toBe(fires);
});

test.each([
  'rate(0 minutes)',
  'rate(5 weeks)',
  'cron(0 0 * * * *)',
  'cron(0 0 ? * ? *)',
  'cron(0 25 * * ? *)',
  'at(soon)',
  'daily',
])('%s is refused', (expression) => {
  expect(() => aRun({ schedules: [{ ...schedule, expression }] })).toThrow();
});
