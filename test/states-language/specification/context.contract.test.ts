import { expect, test } from 'vitest';
import { room, start, task } from '../../infra/local/step-functions/machine-harness.ts';
import { functions, only, type Rule } from './specification-table.ts';

const at = (seconds: number) => new Date(start + seconds * 1_000).toISOString();
const recorded = 'recorded/test_context_object::test_input_path';
const page = 'guide/input-output-contextobject';

interface Field extends Rule {
  /** What is read a minute after the start, `$states.context.` before it. */
  path: string;
  value: unknown;
}

const arn = 'arn:aws:states:us-east-1:000000000000';
const fields: Field[] = [
  { rule: 'the ARN', from: recorded, path: 'Execution.Id', value: `${arn}:execution:machine:mine` },
  { rule: 'its name', from: recorded, path: 'Execution.Name', value: 'mine' },
  { rule: 'its input', from: recorded, path: 'Execution.Input', value: { a: 1 } },
  { rule: 'when it started', from: recorded, path: 'Execution.StartTime', value: at(0) },
  { rule: 'its role', from: recorded, path: 'Execution.RoleArn', value: 'arn:aws:iam::000000000000:role/machine' },
  { rule: 'no redrive', from: recorded, path: 'Execution.RedriveCount', value: 0 },
  { rule: "the state's name", from: recorded, path: 'State.Name', value: 'Look' },
  { rule: 'when the state was entered', from: recorded, path: 'State.EnteredTime', value: at(60) },
  { rule: 'how often it was retried', from: page, path: 'State.RetryCount', value: 0 },
  { rule: 'the machine', from: recorded, path: 'StateMachine.Id', value: `${arn}:stateMachine:machine` },
  { rule: "the machine's name", from: recorded, path: 'StateMachine.Name', value: 'machine' },
];

test.each(fields)('$path: $rule ($from)', async ({ path, value }) => {
  const machine = {
    States: {
      First: { Type: 'Wait', Seconds: 60, Output: {}, Next: 'Look' },
      Look: task('echo', {}, `{% $states.context.${path} %}`),
    },
  };
  const { begin, advance, describe } = room(machine, functions());
  const arn = await begin({ a: 1 }, 'mine');
  await advance(60);
  expect(JSON.parse(describe(arn).output ?? '')).toEqual(value);
});

interface Keys extends Rule {
  machine: Parameters<typeof room>[0];
  input?: unknown;
  result: unknown;
}

const keys = '{% $keys($states.context) %}';
const cases: Keys[] = [
  {
    rule: 'a Pass sees execution, machine and state, and no count of retries',
    from: recorded,
    machine: only({ Type: 'Pass', Output: ['{% $keys($states.context) %}', '{% $keys($states.context.State) %}'] }),
    result: [
      ['Execution', 'StateMachine', 'State'],
      ['Name', 'EnteredTime'],
    ],
  },
  {
    rule: 'Task is there only for a task that waits for its token',
    from: page,
    machine: only(task('echo', {}, keys)),
    result: ['Execution', 'StateMachine', 'State'],
  },
  {
    rule: 'Map is there only within a Map',
    from: page,
    machine: {
      States: {
        Each: {
          Type: 'Map',
          ItemSelector: '{% $keys($states.context.Map.Item) %}',
          ItemProcessor: { StartAt: 'In', States: { In: { Type: 'Pass', End: true } } },
          Next: 'Out',
        },
        Out: { Type: 'Succeed', Output: ['{% $states.input %}', keys] },
      },
    },
    input: [0],
    result: [[['Index', 'Value']], ['Execution', 'StateMachine', 'State']],
  },
];

test.each(cases)('$rule ($from)', async ({ machine, input, result }) => {
  expect(await room(machine, functions()).run(input)).toMatchObject({ result });
});

test(`RetryCount counts the retries of this visit, EnteredTime stays that of the visit (${page})`, async () => {
  const payload = ['{% $states.context.State.RetryCount %}', '{% $states.context.State.EnteredTime %}'];
  const retry = { Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 2 }] };
  const { begin, advance, invoked } = room({ States: { Try: task('scripted', retry, payload) } }, functions(['!Nope']));
  await begin();
  await advance(60);
  expect(invoked.map(({ payload }) => payload)).toEqual([0, 1, 2].map((count) => [count, at(0)]));
});
