import { expect, test } from 'vitest';
import { Retrier } from '../../../lib/journey/states/definition.ts';
import { names, type Failure } from '../../../lib/journey/states/failure.ts';
import { retryOf } from '../../../lib/journey/states/retry.ts';
import { functionError, room, start, task } from './machine-room.ts';

const heartbeat: Failure = { error: 'States.Timeout', also: ['States.HeartbeatTimeout'] };
const matches: [errorEquals: string, failure: Failure, yes: boolean][] = [
  ['Nope', { error: 'Nope' }, true],
  ['Nope', { error: 'nope' }, false],
  ['States.ALL', { error: 'Nope' }, true],
  ['States.ALL', { error: 'States.Timeout' }, true],
  ['States.ALL', { error: 'States.QueryEvaluationError' }, true],
  ['States.ALL', { error: 'States.DataLimitExceeded' }, false],
  ['States.DataLimitExceeded', { error: 'States.DataLimitExceeded' }, true],
  ['States.TaskFailed', { error: 'Nope' }, true],
  ['States.TaskFailed', { error: 'States.Timeout' }, false],
  ['States.TaskFailed', { error: 'States.DataLimitExceeded' }, false],
  ['States.Timeout', { error: 'States.Timeout' }, true],
  ['States.Timeout', heartbeat, true],
  ['States.HeartbeatTimeout', heartbeat, true],
  ['States.HeartbeatTimeout', { error: 'States.Timeout' }, false],
  ['States.ALL', { error: 'States.Runtime' }, false],
  ['States.Runtime', { error: 'States.Runtime' }, false],
];

test.each(matches)('ErrorEquals %s against %o: %s', (errorEquals, failure, yes) => {
  expect(names([errorEquals], failure)).toBe(yes);
});

const delays = (policy: object, random = () => 1) => {
  const retriers = [Retrier.parse({ ErrorEquals: ['States.ALL'], ...policy })];
  return [0, 1, 2, 3, 4].map((tries) => retryOf(retriers, { error: 'Nope' }, { tries: [tries], random })?.delayMs);
};

const policies: [rule: string, policy: object, delays: (number | undefined)[]][] = [
  ['without figures: 1, 2, 4 s, three times', {}, [1_000, 2_000, 4_000, undefined, undefined]],
  [
    'IntervalSeconds is the first delay',
    { IntervalSeconds: 5, MaxAttempts: 2 },
    [5_000, 10_000, undefined, undefined, undefined],
  ],
  ['BackoffRate multiplies each further one', { BackoffRate: 1.5 }, [1_000, 1_500, 2_250, undefined, undefined]],
  ['BackoffRate 1 keeps it', { BackoffRate: 1, MaxAttempts: 5 }, [1_000, 1_000, 1_000, 1_000, 1_000]],
  ['MaxDelaySeconds is the longest', { MaxDelaySeconds: 3, MaxAttempts: 5 }, [1_000, 2_000, 3_000, 3_000, 3_000]],
  ['MaxAttempts 0 is never', { MaxAttempts: 0 }, [undefined, undefined, undefined, undefined, undefined]],
];

test.each(policies)('%s', (_rule, policy, expected) => expect(delays(policy)).toEqual(expected));

test('full jitter takes any share of the delay', () => {
  expect(delays({ JitterStrategy: 'FULL' }, () => 0.25)).toEqual([250, 500, 1_000, undefined, undefined]);
  expect(delays({ JitterStrategy: 'NONE' }, () => 0.25)).toEqual([1_000, 2_000, 4_000, undefined, undefined]);
});

test('each retrier counts its own attempts, and the first that names the error decides', async () => {
  const errors = ['A', 'B', 'A', 'B', 'A'];
  const fail = () => {
    throw functionError(errors.shift()!);
  };
  const retry = [
    { ErrorEquals: ['A'], IntervalSeconds: 1, MaxAttempts: 2 },
    { ErrorEquals: ['B'], IntervalSeconds: 10, MaxAttempts: 2 },
    { ErrorEquals: ['States.ALL'], MaxAttempts: 9 },
  ];
  const { begin, advance, invoked, describe } = room({ States: { Try: task('fail', { Retry: retry }) } }, { fail });
  const arn = await begin();
  await advance(100);
  expect(invoked.map(({ at }) => (at - start) / 1_000)).toEqual([0, 1, 11, 13, 33]);
  expect(describe(arn)).toMatchObject({ status: 'FAILED', error: 'A' });
});

test('after the last attempt the catchers are asked', async () => {
  const machine = {
    States: {
      Try: task('nobody', {
        Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Rescue' }],
        Next: 'Rescue',
      }),
      Rescue: { Type: 'Succeed', Output: 'rescued' },
    },
  };
  const { begin, advance, describe } = room(machine);
  const arn = await begin();
  await advance(10);
  expect(describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"rescued"' });
});

test('a state that is visited again has all its attempts again', async () => {
  let calls = 0;
  const flaky = () => {
    if (++calls % 2) throw functionError('Nope');
    return calls;
  };
  const machine = {
    States: {
      Try: task('flaky', { Retry: [{ ErrorEquals: ['Nope'], MaxAttempts: 1 }], Next: 'Again' }),
      Again: { Type: 'Choice', Choices: [{ Condition: '{% $states.input < 6 %}', Next: 'Try' }], Default: 'Done' },
      Done: { Type: 'Succeed' },
    },
  };
  const { begin, advance, describe } = room(machine, { flaky });
  const arn = await begin();
  await advance(60);
  expect(describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '6' });
});
