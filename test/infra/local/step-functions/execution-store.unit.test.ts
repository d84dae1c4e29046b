import { expect, test } from 'vitest';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { type Journal } from '#infra/local/journal/open-journal.ts';
import { functionError, machineArn, room, start, task, type Machine } from './machine-harness.ts';

type Functions = Parameters<typeof room>[1];

/** The engine started again on what a kill left behind, `seconds` after the beginning. */
function revived(
  machine: Machine,
  journal: Journal,
  { functions = {}, seconds = 0 }: { functions?: Functions; seconds?: number },
) {
  const clock = new VirtualClock({ start: start + seconds * 1_000, speed: 0 });
  const again = room(machine, functions, { journal, clock });
  again.states.restore();
  return again;
}

const resting = { States: { Rest: { Type: 'Wait', Seconds: 600, Next: 'Done' }, Done: { Type: 'Succeed' } } };
const tokenTask = (fields: Record<string, unknown> = {}) => ({
  States: {
    Ask: task(
      'ask',
      { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Output: '{% $states.result %}', ...fields },
      { token: '{% $states.context.Task.Token %}' },
    ),
  },
});

test('a wait goes on after a kill and ends at its own time', async () => {
  const first = room(resting);
  const arn = await first.begin({ a: 1 });
  const again = revived(resting, first.wreck(), { seconds: 300 });
  await again.advance(299);
  expect(again.describe(arn).status).toBe('RUNNING');
  await again.advance(1);
  expect(again.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"a":1}', stopDate: start / 1_000 + 600 });
});

test('a wait that ended while nothing ran ends at once', async () => {
  const first = room(resting);
  const arn = await first.begin();
  const again = revived(resting, first.wreck(), { seconds: 9_999 });
  await again.advance(0);
  expect(again.describe(arn).status).toBe('SUCCEEDED');
});

test('a call that was under way is made again, with the same arguments', async () => {
  const machine = { States: { Do: task('do', {}, { id: '{% $uuid() %}', luck: '{% $random() %}' }) } };
  let wreck: Journal | undefined;
  const first = room(machine, {
    do() {
      wreck = first.wreck();
      return 'lost';
    },
  });
  const arn = await first.begin();
  const again = revived(machine, wreck!, { functions: { do: () => 'found' } });
  await again.settled();
  expect(again.invoked.map(({ payload }) => payload)).toEqual(first.invoked.map(({ payload }) => payload));
  expect(again.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"found"' });
});

test('a call is in the journal before it is made, and the next state before its call', async () => {
  const events: number[] = [];
  const look = () => {
    const { n } = first.wreck().prepare('SELECT max(id) AS n FROM sfn_event').get() as { n: number };
    events.push(n);
  };
  const first = room({ States: { One: task('look', { Next: 'Two' }), Two: task('look') } }, { look });
  await first.begin();
  expect(events).toEqual([4, 9]);
});

test('an execution that was acknowledged but has not moved moves after a kill', async () => {
  const machine = { States: { Do: task('do') } };
  const first = room(machine, { do: () => 1 });
  const { executionArn } = first.call<{ executionArn: string }>('StartExecution', { stateMachineArn: machineArn });
  const again = revived(machine, first.wreck(), { functions: { do: () => 2 } });
  await again.settled();
  expect(again.describe(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '2' });
});

test('a token stays good, and its function is not called again once it has returned', async () => {
  const tokens: string[] = [];
  const ask = ({ token }: { token: string }) => void tokens.push(token);
  const first = room(tokenTask(), { ask });
  const arn = await first.begin();
  const again = revived(tokenTask(), first.wreck(), { functions: { ask } });
  await again.settled();
  again.call('SendTaskSuccess', { taskToken: tokens[0], output: '"yes"' });
  await again.settled();
  expect(tokens).toHaveLength(1);
  expect(again.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"yes"' });
});

test('a function killed before it returned is called again with the same token', async () => {
  const tokens: string[] = [];
  let wreck: Journal | undefined;
  const ask = ({ token }: { token: string }) => {
    wreck ??= first.wreck();
    tokens.push(token);
  };
  const first = room(tokenTask(), { ask });
  await first.begin();
  const again = revived(tokenTask(), wreck!, { functions: { ask } });
  await again.settled();
  expect(tokens).toHaveLength(2);
  expect(tokens[1]).toBe(tokens[0]);
});

test('an answer that was acknowledged is not lost when the kill comes right after it', async () => {
  const tokens: string[] = [];
  const first = room(tokenTask(), { ask: ({ token }: { token: string }) => void tokens.push(token) });
  const arn = await first.begin();
  first.call('SendTaskSuccess', { taskToken: tokens[0], output: '"yes"' });
  const again = revived(tokenTask(), first.wreck(), {});
  await again.settled();
  expect(again.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"yes"' });
  expect(() => again.call('SendTaskSuccess', { taskToken: tokens[0], output: '"no"' })).toThrow('Task Timed Out');
});

test.each([
  ['time-out', { TimeoutSeconds: 100 }, 100],
  ['heartbeat', { HeartbeatSeconds: 50 }, 70],
])('a %s keeps its moment over a kill', async (_what, fields, ends) => {
  const tokens: string[] = [];
  const first = room(tokenTask(fields), { ask: ({ token }: { token: string }) => void tokens.push(token) });
  const arn = await first.begin();
  await first.advance(20);
  first.call('SendTaskHeartbeat', { taskToken: tokens[0] });
  const again = revived(tokenTask(fields), first.wreck(), { seconds: 60 });
  await again.advance(1_000);
  expect(again.describe(arn)).toMatchObject({
    status: 'FAILED',
    error: 'States.Timeout',
    stopDate: start / 1_000 + ends,
  });
});

test("the machine's own time limit keeps its moment over a kill", async () => {
  const machine = { ...resting, TimeoutSeconds: 100 };
  const first = room(machine);
  const arn = await first.begin();
  const again = revived(machine, first.wreck(), { seconds: 60 });
  await again.advance(1_000);
  expect(again.describe(arn)).toMatchObject({ status: 'TIMED_OUT', stopDate: start / 1_000 + 100 });
});

test('a retry keeps its moment and its count over a kill', async () => {
  const machine = {
    States: { Do: task('do', { Retry: [{ ErrorEquals: ['Nope'], IntervalSeconds: 10, MaxAttempts: 2 }] }) },
  };
  const fail = () => {
    throw functionError('Nope');
  };
  const first = room(machine, { do: fail });
  const arn = await first.begin();
  const again = revived(machine, first.wreck(), { functions: { do: fail }, seconds: 5 });
  await again.advance(100);
  expect(again.invoked.map(({ at }) => (at - start) / 1_000)).toEqual([10, 30]);
  expect(again.describe(arn)).toMatchObject({ status: 'FAILED', error: 'Nope' });
});

test('branches and iterations go on after a kill, those that had ended keep their outputs', async () => {
  const branch = (name: string, seconds: number, next: object) => ({
    StartAt: `Rest ${name}`,
    States: { [`Rest ${name}`]: { Type: 'Wait', Seconds: seconds, Next: `Do ${name}` }, [`Do ${name}`]: next },
  });
  const inner = {
    Type: 'Map',
    Items: [1, 2, 3],
    MaxConcurrency: 1,
    ItemProcessor: branch('each', 20, task('do', {}, '{% $states.input %}')),
    End: true,
  };
  const branches = [branch('one', 10, task('do', {}, 'a')), branch('all', 10, inner)];
  const machine = { States: { Fan: { Type: 'Parallel', Branches: branches, End: true } } };
  const functions = { do: (payload: unknown) => ({ did: payload }) };
  const first = room(machine, functions);
  const arn = await first.begin();
  await first.advance(35);
  const again = revived(machine, first.wreck(), { functions, seconds: 40 });
  await again.advance(1_000);
  expect(again.describe(arn)).toMatchObject({ status: 'SUCCEEDED', stopDate: start / 1_000 + 70 });
  expect(JSON.parse(again.describe(arn).output!)).toEqual([{ did: 'a' }, [{ did: 1 }, { did: 2 }, { did: 3 }]]);
  expect(first.invoked.length + again.invoked.length).toBe(4);
});

test('who is inside stays on the definition it entered with', async () => {
  const first = room(resting);
  const arn = await first.begin();
  const changed = { States: { Other: { Type: 'Succeed', Output: 'new' } } };
  const again = revived(changed, first.wreck(), { seconds: 1 });
  await again.advance(1_000);
  expect(again.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{}' });
  expect((await again.run()).result).toBe('new');
});

test('killed at any call or status change, a journey ends the same way', async () => {
  const flaky = () => {
    let calls = 0;
    return (payload: unknown) => {
      if (++calls === 1) throw functionError('Nope');
      return payload;
    };
  };
  const machine = {
    States: {
      Welcome: task('do', { Assign: { welcomed: '{% $states.result.Payload %}' }, Next: 'Rest' }, 'hello'),
      Rest: { Type: 'Wait', Seconds: 86_400, Next: 'Each' },
      Each: {
        Type: 'Map',
        Items: ['a', 'b'],
        ItemProcessor: { StartAt: 'Do', States: { Do: task('do') } },
        Next: 'Try',
      },
      Try: task('flaky', { Retry: [{ ErrorEquals: ['Nope'], MaxAttempts: 5 }], Next: 'Tell' }),
      Tell: { Type: 'Succeed', Output: { welcomed: '{% $welcomed %}', did: '{% $states.input %}' } },
    },
  };
  const wrecks: { journal: Journal; at: number }[] = [];
  const wreck = () => void wrecks.push({ journal: first.wreck(), at: (first.clock.now() - start) / 1_000 });
  const functions = (flaky: (payload: unknown) => unknown, before: () => void = () => undefined) => ({
    do: (payload: unknown) => (before(), payload),
    flaky: (payload: unknown) => (before(), flaky(payload)),
  });
  const first = room(machine, functions(flaky(), wreck), { emit: wreck });
  const arn = await first.begin();
  await first.advance(100_000);
  expect(wrecks.length).toBeGreaterThan(6);
  for (const { journal, at } of wrecks) {
    const again = revived(machine, journal, { functions: functions(flaky()), seconds: at });
    await again.advance(100_000);
    expect(again.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"welcomed":"hello","did":["a","b"]}' });
  }
});

test('after a stop nothing moves, what comes back is dropped, and nothing is taken that would not be written', async () => {
  let answer: (value: unknown) => void = () => undefined;
  const machine = { States: { Do: task('slow', { Next: 'More' }), More: task('slow') } };
  const first = room(machine, { slow: () => new Promise((resolve) => (answer = resolve)) });
  const { executionArn } = first.call<{ executionArn: string }>('StartExecution', { stateMachineArn: machineArn });
  await new Promise((done) => setTimeout(done, 5));
  first.states.stop();
  answer(1);
  await first.settled();
  expect(() => first.call('StartExecution', { stateMachineArn: machineArn, name: 'late' })).toThrow('the runner stops');
  const again = revived(machine, first.journal, { functions: { slow: () => 2 } });
  await again.settled();
  expect(again.invoked).toHaveLength(2);
  expect(again.describe(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '2' });
});

test('what waits is not in memory: ten thousand waits leave only their timers', async () => {
  const { call, settled, journal, advance } = room(resting);
  for (let index = 0; index < 10_000; index++) {
    call('StartExecution', { stateMachineArn: machineArn, name: `n${index}` });
    if (index % 500 === 0) await settled();
  }
  await settled();
  const count = (where: string) => (journal.prepare(`SELECT count(*) AS n FROM ${where}`).get() as { n: number }).n;
  expect(count(`sfn_flow WHERE phase = 'wait'`)).toBe(10_000);
  await advance(600);
  expect(count(`sfn_execution WHERE status = 'SUCCEEDED'`)).toBe(10_000);
  expect(count('sfn_flow')).toBe(0);
});
