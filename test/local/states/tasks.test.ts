import { expect, test } from 'vitest';
import { VirtualClock } from '../../../infra/local/clock.ts';
import { functionError, room, start, task } from './machine-room.ts';

interface Asked {
  token: string;
}

/** A machine with one Task that waits for its token, and the tokens it has handed out. */
function waiting(fields: Record<string, unknown> = {}, options: Parameters<typeof room>[2] = {}) {
  const tokens: string[] = [];
  const ask = ({ token }: Asked) => void tokens.push(token);
  const resource = { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Output: '{% $states.result %}' };
  const machine = {
    States: {
      Ask: task('ask', { ...resource, ...fields, Next: 'Tell' }, { token: '{% $states.context.Task.Token %}' }),
      Tell: { Type: 'Succeed' },
      Rescue: { Type: 'Succeed', Output: { rescued: '{% $states.input.Error %}' } },
    },
  };
  return { ...room(machine, { ask }, options), tokens };
}

const rescue = (...ErrorEquals: string[]) => ({ Catch: [{ ErrorEquals, Next: 'Rescue' }] });

test('a task that waits for its token rests until somebody sends its result', async () => {
  const { begin, call, tokens, describe, settled, advance } = waiting();
  const arn = await begin();
  await advance(30 * 86_400);
  expect(describe(arn).status).toBe('RUNNING');
  call('SendTaskSuccess', { taskToken: tokens[0], output: '{"answer":"yes"}' });
  await settled();
  expect(describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"answer":"yes"}' });
});

test('the second result for a token is told that the task has timed out, and changes nothing', async () => {
  const { begin, call, tokens, describe, settled } = waiting();
  const arn = await begin();
  call('SendTaskSuccess', { taskToken: tokens[0], output: '1' });
  for (const action of ['SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat']) {
    expect(() => call(action, { taskToken: tokens[0], output: '2' })).toThrow(
      expect.objectContaining({
        name: 'TaskTimedOut',
        message: "Task Timed Out: 'Provided task does not exist anymore'",
      }),
    );
  }
  await settled();
  expect(() => call('SendTaskSuccess', { taskToken: tokens[0], output: '3' })).toThrow('Task Timed Out');
  expect(describe(arn).output).toBe('1');
});

test('a failure sent for a token has the error it names, and can be caught', async () => {
  const { begin, call, tokens, describe, settled } = waiting(rescue('Declined'));
  const arn = await begin();
  call('SendTaskFailure', { taskToken: tokens[0], error: 'Declined', cause: 'no thanks' });
  await settled();
  expect(describe(arn).output).toBe('{"rescued":"Declined"}');
});

test('a failure sent without a name is a States.TaskFailed', async () => {
  const { begin, call, tokens, describe, settled } = waiting(rescue('States.TaskFailed'));
  const arn = await begin();
  call('SendTaskFailure', { taskToken: tokens[0] });
  await settled();
  expect(describe(arn).output).toBe('{"rescued":"States.TaskFailed"}');
});

test.each(['', 'AAAA', 'no token at all', 'x'.repeat(200)])('the text "%s" is an InvalidToken', async (taskToken) => {
  const { begin, call } = waiting();
  await begin();
  expect(() => call('SendTaskSuccess', { taskToken, output: '1' })).toThrow(
    expect.objectContaining({ name: 'InvalidToken', message: "Invalid Token: 'Invalid token'" }),
  );
});

test('a token with one character changed is an InvalidToken', async () => {
  const { begin, call, tokens } = waiting();
  await begin();
  const [first = '', ...rest] = tokens[0]!;
  const forged = [first === 'A' ? 'B' : 'A', ...rest].join('');
  expect(() => call('SendTaskHeartbeat', { taskToken: forged })).toThrow('Invalid token');
});

test('a token of an execution that nobody knows is a TaskDoesNotExist', async () => {
  const { begin, call, tokens, journal } = waiting();
  await begin();
  journal.exec('DELETE FROM sfn_execution');
  expect(() => call('SendTaskHeartbeat', { taskToken: tokens[0] })).toThrow(
    expect.objectContaining({ name: 'TaskDoesNotExist' }),
  );
});

test('an output that is no JSON is an InvalidOutput and the task waits on', async () => {
  const { begin, call, tokens, describe, settled } = waiting();
  const arn = await begin();
  expect(() => call('SendTaskSuccess', { taskToken: tokens[0], output: '{' })).toThrow(
    expect.objectContaining({ name: 'InvalidOutput' }),
  );
  call('SendTaskSuccess', { taskToken: tokens[0], output: '"now"' });
  await settled();
  expect(describe(arn).output).toBe('"now"');
});

test('the token of a stopped execution has timed out', async () => {
  const { begin, call, tokens } = waiting();
  const executionArn = await begin();
  call('StopExecution', { executionArn });
  expect(() => call('SendTaskSuccess', { taskToken: tokens[0], output: '1' })).toThrow('Task Timed Out');
});

test('a result that comes before the function has returned is taken, and what the function returns is not', async () => {
  const early = room(
    {
      States: {
        Ask: task(
          'ask',
          { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Output: '{% $states.result %}' },
          { token: '{% $states.context.Task.Token %}' },
        ),
      },
    },
    {
      ask({ token }: Asked) {
        early.call('SendTaskSuccess', { taskToken: token, output: '"early"' });
        return 'late';
      },
    },
  );
  expect(await early.run()).toMatchObject({ status: 'SUCCEEDED', result: 'early' });
});

test('a function that fails before its token was used fails the task', async () => {
  const resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
  const { run } = room(
    { States: { Ask: task('ask', { Resource: resource }, {}) } },
    {
      ask: () => {
        throw functionError('Nope');
      },
    },
  );
  expect(await run()).toMatchObject({ status: 'FAILED', error: 'Nope' });
});

test('each try has a token of its own, and that of the try before is over', async () => {
  const { begin, call, tokens, advance, describe, settled } = waiting({
    Retry: [{ ErrorEquals: ['Again'], MaxAttempts: 1 }],
  });
  const arn = await begin();
  call('SendTaskFailure', { taskToken: tokens[0], error: 'Again' });
  await advance(5);
  expect(new Set(tokens).size).toBe(2);
  expect(() => call('SendTaskSuccess', { taskToken: tokens[0], output: '1' })).toThrow('Task Timed Out');
  call('SendTaskSuccess', { taskToken: tokens[1], output: '2' });
  await settled();
  expect(describe(arn).output).toBe('2');
});

test('TimeoutSeconds ends a wait for a token with States.Timeout, not a second earlier', async () => {
  const { begin, advance, describe } = waiting({ TimeoutSeconds: 60, ...rescue('States.Timeout') });
  const arn = await begin();
  await advance(59);
  expect(describe(arn).status).toBe('RUNNING');
  await advance(1);
  expect(describe(arn).output).toBe('{"rescued":"States.Timeout"}');
});

test('TimeoutSeconds may be an expression', async () => {
  const { begin, advance, describe } = waiting({ TimeoutSeconds: '{% 30 * 2 %}' });
  const arn = await begin();
  await advance(60);
  expect(describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
});

test('a token that comes after the time is up has timed out, even if the timer has not run yet', async () => {
  let late = 0;
  const clock = new VirtualClock({ start, speed: 0 });
  const { now } = clock;
  Object.assign(clock, { now: () => now() + late });
  const { begin, call, tokens } = waiting({ TimeoutSeconds: 60 }, { clock });
  await begin();
  late = 60_000;
  expect(() => call('SendTaskSuccess', { taskToken: tokens[0], output: '1' })).toThrow('Task Timed Out');
});

test('a task that goes silent for HeartbeatSeconds times out; every heartbeat starts the silence anew', async () => {
  const { begin, call, tokens, advance, describe } = waiting({
    HeartbeatSeconds: 60,
    ...rescue('States.HeartbeatTimeout'),
  });
  const arn = await begin();
  for (let beat = 0; beat < 10; beat++) {
    await advance(59);
    call('SendTaskHeartbeat', { taskToken: tokens[0] });
  }
  await advance(59);
  expect(describe(arn).status).toBe('RUNNING');
  await advance(1);
  expect(describe(arn).output).toBe('{"rescued":"States.Timeout"}');
});

test('heartbeats do not move the deadline', async () => {
  const { begin, call, tokens, advance, describe } = waiting({ HeartbeatSeconds: 60, TimeoutSeconds: 100 });
  const arn = await begin();
  await advance(50);
  call('SendTaskHeartbeat', { taskToken: tokens[0] });
  await advance(50);
  expect(describe(arn)).toMatchObject({
    status: 'FAILED',
    error: 'States.Timeout',
    stopDate: (describe(arn).startDate as number) + 100,
  });
});
