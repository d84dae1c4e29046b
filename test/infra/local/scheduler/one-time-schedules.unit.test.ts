import {
  CreateScheduleCommand,
  GetScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, onTestFinished, test } from 'vitest';
import { startAwsEndpoint } from '#infra/local/http/aws-endpoint.ts';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { openJournal } from '#infra/local/journal/open-journal.ts';
import { localAccess } from '#infra/local/engines/create-tables.ts';
import { createOneTimers } from '#infra/local/scheduler/one-time-schedules.ts';
import { schedulerTimers } from '#lib/aws/timers.ts';
import { QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { addMs } from '#lib/shared/time.ts';

const start = '2026-03-01T12:00:00.000Z';
const day = 86_400_000;

/** Timers as functions set them with the real client, and what they called; `restarted` is a runner killed and started again. */
async function theTimers() {
  const journal = openJournal(':memory:');
  const calls: { at: string; input: unknown }[] = [];
  const run = (now: string) => {
    const clock = new VirtualClock({ start: Date.parse(now), speed: 0 });
    const activity = new QuiescenceTracker();
    const targets = {
      deliver: (_: unknown, input: unknown) => void calls.push({ at: new Date(clock.now()).toISOString(), input }),
    };
    const timers = createOneTimers({ journal, clock, activity, targets });
    timers.restore();
    return { timers, advance: (ms: number) => clock.advance(ms, () => activity.quiet()) };
  };
  let runner = run(start);
  const endpoint = await startAwsEndpoint({
    handlers: { '/schedules': (action, body) => runner.timers.call(action, body) },
  });
  onTestFinished(() => endpoint.stop());
  const client = new SchedulerClient({ endpoint: endpoint.url, ...localAccess, maxAttempts: 1 });
  const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
  const target = { group: 'g', targetArn: arn('awaken'), roleArn: arn('role'), deadLetterArn: arn('letters') };
  return {
    ...{ calls, client, timers: schedulerTimers(client, target) },
    advance: (ms: number) => runner.advance(ms),
    count: () => runner.timers.count(),
    restarted: (now: string) => {
      runner.timers.stop();
      runner = run(now);
    },
  };
}

test('a timer calls once, at its second and not before, and is gone', async () => {
  const { timers, advance, calls, count } = await theTimers();
  await timers.set('a-1', addMs(start, 3 * day + 250), { leg: 1 });
  await advance(3 * day + 250);
  expect(calls).toEqual([]);
  await advance(60_000);
  expect(calls).toEqual([{ at: addMs(start, 3 * day + 1_000), input: { leg: 1 } }]);
  await advance(9 * day);
  expect([calls.length, count()]).toEqual([1, 0]);
});

test('a timer that is set again is the first one', async () => {
  const { timers, advance, calls } = await theTimers();
  await timers.set('a-1', addMs(start, day), { leg: 1 });
  await timers.set('a-1', addMs(start, 2 * day), { leg: 1 });
  await advance(5 * day);
  expect(calls).toMatchObject([{ at: addMs(start, day) }]);
});

test('the last moment of the year 9999 is written with four digits of the year', async () => {
  const client = new SchedulerClient({ region: 'us-east-1' });
  const calls = mockClient(client);
  const target = { group: 'g', targetArn: 'a', roleArn: 'r', deadLetterArn: 'd' };
  await schedulerTimers(client, target).set('a-1', '9999-12-31T23:59:59.999Z', {});
  const [call] = calls.commandCalls(CreateScheduleCommand);
  expect(call?.args[0].input.ScheduleExpression).toBe('at(9999-12-31T23:59:59)');
});

test('one that is taken away calls nobody; taking it away again is no trouble', async () => {
  const { timers, advance, calls, client } = await theTimers();
  await timers.set('a-1', addMs(start, day), {});
  const get = () => client.send(new GetScheduleCommand({ Name: 'a-1', GroupName: 'g' }));
  expect(await get()).toMatchObject({ Name: 'a-1', GroupName: 'g' });
  for (let times = 0; times < 2; times++) await timers.clear('a-1');
  await expect(get()).rejects.toBeInstanceOf(ResourceNotFoundException);
  await advance(2 * day);
  expect(calls).toEqual([]);
});

test('a timer outlives the runner, and what fell due meanwhile calls at once', async () => {
  const { timers, advance, calls, restarted } = await theTimers();
  await timers.set('a-1', addMs(start, day), { n: 1 });
  await timers.set('b-1', addMs(start, 4 * day), { n: 2 });
  restarted(addMs(start, 3 * day));
  await advance(0);
  expect(calls).toEqual([{ at: addMs(start, 3 * day), input: { n: 1 } }]);
  await advance(day);
  expect(calls).toMatchObject([{ input: { n: 1 } }, { at: addMs(start, 4 * day), input: { n: 2 } }]);
});
