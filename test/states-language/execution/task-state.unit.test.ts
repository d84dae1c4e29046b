import { expect, test } from 'vitest';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { functionError, room, start, task } from '../../infra/local/step-functions/machine-harness.ts';

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
    },
  };
  return { ...room(machine, { ask }, options), tokens };
}

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
