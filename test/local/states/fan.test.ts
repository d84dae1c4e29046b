import { expect, test } from 'vitest';
import { functionError, room, task, type Machine } from './machine-room.ts';

const pass = (fields: Record<string, unknown>) => ({
  StartAt: 'In',
  States: { In: { Type: 'Pass', ...fields, End: true } },
});
const parallel = (branches: unknown[], fields: Record<string, unknown> = {}): Machine => ({
  States: { Fan: { Type: 'Parallel', Branches: branches, ...fields, End: true } },
});
const map = (processor: unknown, fields: Record<string, unknown> = {}): Machine => ({
  States: { Each: { Type: 'Map', ItemProcessor: processor, ...fields, End: true } },
});
const wait = (seconds: string) => ({
  StartAt: 'Rest',
  States: { Rest: { Type: 'Wait', Seconds: `{% ${seconds} %}`, Next: 'In' }, In: { Type: 'Pass', End: true } },
});

const cases: { rule: string; machine: Machine; input: unknown; result: unknown }[] = [
  {
    rule: 'Parallel gives each branch its input and puts out all outputs in the order of the branches',
    machine: parallel([pass({ Output: '{% $states.input & "a" %}' }), pass({ Output: '{% $states.input & "b" %}' })]),
    input: 'x',
    result: ['xa', 'xb'],
  },
  {
    rule: 'Arguments of a Parallel are the input of its branches',
    machine: parallel([pass({})], { Arguments: { n: '{% $states.input.n + 1 %}' } }),
    input: { n: 1 },
    result: [{ n: 2 }],
  },
  {
    rule: "Output of a Parallel sees the branches' outputs as the result",
    machine: parallel([pass({ Output: 1 }), pass({ Output: 2 })], { Output: '{% $sum($states.result) %}' }),
    input: {},
    result: 3,
  },
  {
    rule: 'a branch sees the variables outside, and what it assigns stays inside',
    machine: {
      States: {
        Set: { Type: 'Pass', Assign: { outer: 'seen' }, Next: 'Fan' },
        Fan: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'In',
              States: {
                In: { Type: 'Pass', Assign: { inner: '{% $outer %}' }, Next: 'Tell' },
                Tell: { Type: 'Pass', Output: '{% $inner %}', End: true },
              },
            },
          ],
          Next: 'Read',
        },
        Read: { Type: 'Pass', Output: ['{% $states.input %}', '{% $exists($inner) %}'], End: true },
      },
    },
    input: {},
    result: [['seen'], false],
  },
  {
    rule: 'Map runs its processor for each item of its input',
    machine: map(pass({ Output: '{% $states.input * 2 %}' })),
    input: [1, 2, 3],
    result: [2, 4, 6],
  },
  {
    rule: 'Map takes its Items from an expression',
    machine: map(pass({}), { Items: '{% $states.input.list %}' }),
    input: { list: ['a'] },
    result: ['a'],
  },
  { rule: 'Map of no items puts out an empty array', machine: map(pass({})), input: [], result: [] },
  {
    rule: 'ItemSelector sees item and index in the context',
    machine: map(pass({}), {
      ItemSelector: { at: '{% $states.context.Map.Item.Index %}', of: '{% $states.context.Map.Item.Value %}' },
    }),
    input: ['a', 'b'],
    result: [
      { at: 0, of: 'a' },
      { at: 1, of: 'b' },
    ],
  },
  {
    rule: 'states within a Map see the item in the context',
    machine: map(pass({ Output: '{% $states.context.Map.Item.Index %}' })),
    input: ['a', 'b', 'c'],
    result: [0, 1, 2],
  },
  {
    rule: 'Maps within Maps and Parallels within Maps come back in order',
    machine: map({
      StartAt: 'Inner',
      States: {
        Inner: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'Twice',
            States: {
              Twice: { Type: 'Parallel', Branches: [pass({}), pass({ Output: '{% -$states.input %}' })], End: true },
            },
          },
          End: true,
        },
      },
    }),
    input: [[1], [2, 3]],
    result: [
      [[1, -1]],
      [
        [2, -2],
        [3, -3],
      ],
    ],
  },
];

test.each(cases)('$rule', async ({ machine, input, result }) => {
  expect(await room(machine).run(input)).toMatchObject({ status: 'SUCCEEDED', result });
});

test('branches run side by side and the state ends with the last', async () => {
  const { begin, advance, describe } = room(parallel([wait('60'), wait('600')]));
  const arn = await begin();
  await advance(599);
  expect(describe(arn).status).toBe('RUNNING');
  await advance(1);
  expect(describe(arn)).toMatchObject({ status: 'SUCCEEDED', stopDate: (describe(arn).startDate as number) + 600 });
});

test('MaxConcurrency is how many iterations run at once', async () => {
  const { begin, advance, describe } = room(map(wait('60'), { MaxConcurrency: '{% 2 %}' }));
  const arn = await begin([1, 2, 3, 4, 5]);
  await advance(1_000);
  expect(describe(arn)).toMatchObject({ output: '[1,2,3,4,5]', stopDate: (describe(arn).startDate as number) + 180 });
});

test('a thousand iterations run, forty at a time', async () => {
  const items = Array.from({ length: 1_000 }, (_, index) => index);
  const { begin, advance, describe } = room(map(wait('60')));
  const arn = await begin(items);
  await advance(3_600);
  expect(describe(arn)).toMatchObject({
    output: JSON.stringify(items),
    stopDate: (describe(arn).startDate as number) + 1_500,
  });
});

test('one branch that fails fails the state with its error, and the others stop where they are', async () => {
  const fails = {
    StartAt: 'Rest',
    States: { Rest: { Type: 'Wait', Seconds: 5, Next: 'No' }, No: { Type: 'Fail', Error: 'Bad' } },
  };
  const effect = { StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 60, Next: 'Do' }, Do: task('effect') } };
  const machine = {
    States: {
      ...parallel([fails, effect], { Catch: [{ ErrorEquals: ['Bad'], Next: 'Rescue' }] }).States,
      Rescue: { Type: 'Wait', Seconds: 600, Output: '{% $states.input.Error %}', End: true },
    },
  };
  const { begin, advance, describe, invoked, history } = room(machine, { effect: () => 1 });
  const arn = await begin();
  await advance(1_000);
  expect(describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"Bad"' });
  expect(invoked).toEqual([]);
  expect(history(arn).map(({ type }) => type)).toContain('WaitStateAborted');
});

test('a Parallel that is retried starts all its branches anew', async () => {
  let calls = 0;
  const flaky = () => {
    if (++calls === 1) throw functionError('Nope');
    return calls;
  };
  const branch = { StartAt: 'Do', States: { Do: task('flaky') } };
  const { begin, advance, describe } = room(
    parallel([branch, pass({ Output: 'b' })], { Retry: [{ ErrorEquals: ['Nope'] }] }),
    { flaky },
  );
  const arn = await begin();
  await advance(10);
  expect(describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '[2,"b"]' });
});

test('stopping an execution stops every branch', async () => {
  const { begin, advance, call, describe, invoked } = room(
    map({ StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 60, Next: 'Do' }, Do: task('effect') } }),
    { effect: () => 1 },
  );
  const executionArn = await begin([1, 2, 3]);
  call('StopExecution', { executionArn });
  await advance(1_000);
  expect(invoked).toEqual([]);
  expect(describe(executionArn).status).toBe('ABORTED');
});
