import { expect, test } from 'vitest';
import { functionError, room, start, task, type Machine } from './machine-room.ts';

const echo = { echo: (payload: unknown) => payload };
const last = (fields: Record<string, unknown>) => ({ States: { Only: { ...fields, End: true } } });
const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Rescue' }] };
const rescue = { Type: 'Succeed', Output: { rescued: '{% $states.input.Error %}' } };

interface Case {
  rule: string;
  machine: Machine;
  input?: unknown;
  result: unknown;
}

const cases: Case[] = [
  { rule: 'Pass puts out its input', machine: last({ Type: 'Pass' }), input: { a: 1 }, result: { a: 1 } },
  {
    rule: 'Pass puts out its Output',
    machine: last({ Type: 'Pass', Output: '{% $states.input.a %}' }),
    input: { a: 1 },
    result: 1,
  },
  { rule: 'a null output is an output', machine: last({ Type: 'Pass', Output: null }), result: null },
  {
    rule: 'Succeed puts out its Output and ends',
    machine: { States: { End: { Type: 'Succeed', Output: 'done' } } },
    result: 'done',
  },
  {
    rule: 'a variable assigned in one state is seen in all later ones',
    machine: {
      States: {
        Set: { Type: 'Pass', Assign: { x: '{% $states.input.n + 1 %}' }, Next: 'Between' },
        Between: { Type: 'Pass', Next: 'Read' },
        Read: { Type: 'Pass', Output: '{% $x %}', End: true },
      },
    },
    input: { n: 4 },
    result: 5,
  },
  {
    rule: 'Assign and Output of one state see the variables as they were',
    machine: {
      States: {
        Set: { Type: 'Pass', Assign: { a: 1, b: 2 }, Next: 'Swap' },
        Swap: { Type: 'Pass', Assign: { a: '{% $b %}', b: '{% $a %}' }, Output: '{% $a %}', Next: 'Read' },
        Read: { Type: 'Pass', Output: ['{% $states.input %}', '{% $a %}', '{% $b %}'], End: true },
      },
    },
    result: [1, 2, 1],
  },
  {
    rule: 'Assign may hold whole objects',
    machine: {
      States: {
        Set: { Type: 'Pass', Assign: { who: { name: '{% $states.input.name %}', tags: ['a'] } }, Next: 'Read' },
        Read: { Type: 'Succeed', Output: '{% $who %}' },
      },
    },
    input: { name: 'Ana' },
    result: { name: 'Ana', tags: ['a'] },
  },
  ...['small', 'middle', 'other'].map((result, index): Case => ({
    rule: `Choice takes the first rule that holds: ${result}`,
    machine: {
      States: {
        Which: {
          Type: 'Choice',
          Choices: [
            { Condition: '{% $states.input.n < 10 %}', Next: 'Tell', Output: 'small' },
            { Condition: '{% $states.input.n < 100 %}', Next: 'Tell', Output: 'middle' },
          ],
          Default: 'Tell',
          Output: 'other',
        },
        Tell: { Type: 'Succeed' },
      },
    },
    input: { n: 5 * 15 ** index },
    result,
  })),
  {
    rule: "the Assign of a Choice's rule belongs to that rule, the state's own to its Default",
    machine: {
      States: {
        Which: {
          Type: 'Choice',
          Assign: { by: 'default' },
          Choices: [{ Condition: true, Next: 'Tell', Assign: { by: 'rule' } }],
          Default: 'Tell',
        },
        Tell: { Type: 'Succeed', Output: '{% $by %}' },
      },
    },
    result: 'rule',
  },
  { rule: 'Task answers what its function answers', machine: last(task('echo')), input: { n: 4 }, result: { n: 4 } },
  {
    rule: "Task's result has Payload, StatusCode and ExecutedVersion",
    machine: last(task('echo', { Output: '{% $states.result.[StatusCode, ExecutedVersion, Payload] %}' }, 'hi')),
    result: [200, '$LATEST', 'hi'],
  },
  { rule: 'a function that answers nothing answers null', machine: last(task('quiet')), result: null },
  {
    rule: 'Task without Output puts out its whole result',
    machine: last({ Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:0:function:echo' }),
    input: { plain: 'ARN' },
    result: { plain: 'ARN' },
  },
  {
    rule: 'a plain function ARN gets Arguments as its event',
    machine: last({ Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:0:function:echo', Arguments: { a: '{% 1 %}' } }),
    result: { a: 1 },
  },
  {
    rule: 'Task assigns from its result',
    machine: {
      States: {
        Ask: task('echo', { Assign: { got: '{% $states.result.Payload.n %}' }, Next: 'Tell' }),
        Tell: { Type: 'Succeed', Output: '{% $got %}' },
      },
    },
    input: { n: 4 },
    result: 4,
  },
  {
    rule: 'Catch puts out Error and Cause unless told otherwise',
    machine: { States: { Try: task('broken', { ...caught, Next: 'Rescue' }), Rescue: { Type: 'Succeed' } } },
    result: { Error: 'Nope', Cause: '{"errorType":"Nope","errorMessage":"no luck","trace":[]}' },
  },
  {
    rule: 'Catch assigns and puts out from the error',
    machine: {
      States: {
        Try: task('broken', {
          Catch: [
            {
              ErrorEquals: ['Nope'],
              Assign: { why: '{% $parse($states.errorOutput.Cause).errorMessage %}' },
              Output: ['{% $states.errorOutput.Error %}', '{% $states.input.n %}'],
              Next: 'Tell',
            },
          ],
          Next: 'Tell',
        }),
        Tell: { Type: 'Succeed', Output: '{% $append($states.input, $why) %}' },
      },
    },
    input: { n: 1 },
    result: ['Nope', 1, 'no luck'],
  },
  {
    rule: 'the first catcher that names the error takes it',
    machine: {
      States: {
        Try: task('broken', {
          Catch: [
            { ErrorEquals: ['Other'], Next: 'Wrong' },
            { ErrorEquals: ['Nope'], Next: 'Right' },
            { ErrorEquals: ['States.ALL'], Next: 'Wrong' },
          ],
          Next: 'Wrong',
        }),
        Right: { Type: 'Succeed', Output: 'right' },
        Wrong: { Type: 'Succeed', Output: 'wrong' },
      },
    },
    result: 'right',
  },
  {
    rule: 'an expression that fails in Arguments can be caught',
    machine: { States: { Try: task('echo', { ...caught, Next: 'Rescue' }, '{% $nothing %}'), Rescue: rescue } },
    result: { rescued: 'States.QueryEvaluationError' },
  },
  {
    rule: 'an expression that fails in Output can be caught',
    machine: { States: { Try: task('echo', { ...caught, Output: '{% $nothing %}', Next: 'Rescue' }), Rescue: rescue } },
    result: { rescued: 'States.QueryEvaluationError' },
  },
  {
    rule: 'a function that is not there fails as Lambda says',
    machine: { States: { Try: task('nobody', { ...caught, Next: 'Rescue' }), Rescue: rescue } },
    result: { rescued: 'Lambda.ResourceNotFoundException' },
  },
];

test.each(cases)('$rule', async ({ machine, input, result }) => {
  const functions = {
    ...echo,
    'arn:aws:lambda:us-east-1:0:function:echo': echo.echo,
    quiet: () => undefined,
    broken: () => {
      throw functionError('Nope');
    },
  };
  const ran = await room(machine, functions).run(input);
  expect(ran).toMatchObject({ status: 'SUCCEEDED', result });
});

const failures: { rule: string; machine: Machine; input?: unknown; error: string; cause?: RegExp }[] = [
  {
    rule: 'Fail ends the execution with its Error and Cause, expressions too',
    machine: { States: { No: { Type: 'Fail', Error: '{% "Bad" & "Luck" %}', Cause: 'so it goes' } } },
    error: 'BadLuck',
    cause: /^so it goes$/,
  },
  {
    rule: 'a Choice that nothing matches and that has no Default fails',
    machine: { States: { Which: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'Which' }] } } },
    error: 'States.NoChoiceMatched',
  },
  {
    rule: 'a Condition that is no boolean is a query error',
    machine: { States: { Which: { Type: 'Choice', Choices: [{ Condition: '{% "yes" %}', Next: 'Which' }] } } },
    error: 'States.QueryEvaluationError',
    cause: /must be a boolean/,
  },
  {
    rule: 'a query error says in which state, at which event and in which field',
    machine: { States: { Only: { Type: 'Pass', Output: { a: '{% $nope %}' }, End: true } } },
    error: 'States.QueryEvaluationError',
    cause:
      /^An error occurred while executing the state 'Only' \(entered at the event id #2\)\. The JSONata expression '\$nope' specified for the field 'Output\/a' returned nothing \(undefined\)\.$/,
  },
  {
    rule: 'Seconds must be a whole number',
    machine: last({ Type: 'Wait', Seconds: '{% 1.5 %}' }),
    error: 'States.QueryEvaluationError',
    cause: /must be an integer/,
  },
  {
    rule: 'Timestamp must be a time with a zone',
    machine: last({ Type: 'Wait', Timestamp: '2026-01-01T00:00:00' }),
    error: 'States.QueryEvaluationError',
    cause: /RFC 3339/,
  },
  {
    rule: 'a Task without FunctionName fails and nothing catches it',
    machine: {
      States: {
        Try: task('x', { Arguments: {}, ...caught, Retry: [{ ErrorEquals: ['States.Runtime'] }], Next: 'Rescue' }),
        Rescue: rescue,
      },
    },
    error: 'States.Runtime',
  },
  {
    rule: 'what fails in a catcher itself is not caught again',
    machine: {
      States: {
        Try: task('nobody', {
          Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $nope %}', Next: 'Rescue' }],
          Next: 'Rescue',
        }),
        Rescue: rescue,
      },
    },
    error: 'States.QueryEvaluationError',
    cause: /Catch\[0\]\/Output/,
  },
  {
    rule: 'Map over something that is no array is a query error',
    machine: last({ Type: 'Map', ItemProcessor: { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } } }),
    error: 'States.QueryEvaluationError',
    cause: /must be an array/,
  },
];

test.each(failures)('$rule', async ({ machine, input, error, cause = /./s }) => {
  const ran = await room(machine).run(input);
  expect(ran).toMatchObject({ status: 'FAILED', error });
  expect(ran.cause).toMatch(cause);
});

const waits: [rule: string, fields: Record<string, unknown>, seconds: number][] = [
  ['Wait lasts its Seconds', { Seconds: 90 }, 90],
  ['Wait lasts the Seconds of an expression', { Seconds: '{% $states.input.days * 86400 %}' }, 2_592_000],
  ['Wait ends at its Timestamp', { Timestamp: '2026-01-01T00:02:00Z' }, 120],
  [
    'Wait ends at the Timestamp of an expression, in any zone',
    { Timestamp: '{% "2026-01-01T01:" & "00:00+00:30" %}' },
    1_800,
  ],
];

test.each(waits)('%s', async (_rule, fields, seconds) => {
  const { begin, advance, describe } = room(last({ Type: 'Wait', ...fields }));
  const arn = await begin({ days: 30 });
  await advance(seconds - 1);
  expect(describe(arn).status).toBe('RUNNING');
  await advance(1);
  expect(describe(arn)).toMatchObject({
    status: 'SUCCEEDED',
    stopDate: start / 1_000 + seconds,
    output: '{"days":30}',
  });
});

test('a Wait for a time gone by, or for no time, does not wait', async () => {
  const past = await room(last({ Type: 'Wait', Timestamp: '2001-01-01T00:00:00Z' })).run();
  const none = await room(last({ Type: 'Wait', Seconds: 0 })).run();
  expect([past.status, none.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
});

test('TimeoutSeconds of the machine ends an execution in mid-wait, and what it waited for does nothing', async () => {
  const { begin, advance, describe, emitted } = room({ ...last({ Type: 'Wait', Seconds: 100 }), TimeoutSeconds: 60 });
  const arn = await begin();
  await advance(1_000);
  expect(describe(arn)).toMatchObject({ status: 'TIMED_OUT', stopDate: start / 1_000 + 60 });
  expect(emitted.map(({ status }) => status)).toEqual(['RUNNING', 'TIMED_OUT']);
});

const context = (expression: string, fields = {}) => ({
  ...task('echo', fields, `{% $states.context.${expression} %}`),
});
const seen: [field: string, value: unknown][] = [
  ['Execution.Id', 'arn:aws:states:us-east-1:000000000000:execution:machine:mine'],
  ['Execution.Name', 'mine'],
  ['Execution.Input', { a: 1 }],
  ['Execution.StartTime', '2026-01-01T00:00:00.000Z'],
  ['Execution.RoleArn', 'arn:aws:iam::000000000000:role/machine'],
  ['State.Name', 'Look'],
  ['State.EnteredTime', '2026-01-01T00:01:00.000Z'],
  ['State.RetryCount', 0],
  ['StateMachine.Id', 'arn:aws:states:us-east-1:000000000000:stateMachine:machine'],
  ['StateMachine.Name', 'machine'],
];

test.each(seen)('the context object has %s', async (field, value) => {
  const machine = { States: { First: { Type: 'Wait', Seconds: 60, Output: {}, Next: 'Look' }, Look: context(field) } };
  const { begin, advance, describe } = room(machine, echo);
  const arn = await begin({ a: 1 }, 'mine');
  await advance(60);
  expect(JSON.parse(describe(arn).output!)).toEqual(value);
});

test('RetryCount counts the retries of this visit, EnteredTime stays that of the visit', async () => {
  const looks: unknown[] = [];
  const look = (payload: unknown) => {
    looks.push(payload);
    throw functionError('Nope');
  };
  const payload = ['{% $states.context.State.RetryCount %}', '{% $states.context.State.EnteredTime %}'];
  const machine = {
    States: { Try: task('look', { Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 2 }] }, payload) },
  };
  const { begin, advance } = room(machine, { look });
  await begin();
  await advance(60);
  expect(looks).toEqual([0, 1, 2].map((count) => [count, '2026-01-01T00:00:00.000Z']));
});
