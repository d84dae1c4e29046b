import { expect, test } from 'vitest';
import { functionError, room, task, type Machine } from './machine-room.ts';

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
