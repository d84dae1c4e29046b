import { expect, test } from 'vitest';
import { room, task } from '../../infra/local/step-functions/machine-harness.ts';
import { check, functions, only, plainArn, region, type Case } from './specification-table.ts';

/** A JSON string of so many bytes, and an expression for one. */
const text = (bytes: number) => 'x'.repeat(bytes - 2);
const long = (bytes: number, letter = 'x') => `{% $pad("", ${bytes - 2}, "${letter}") %}`;
const most = 262_144;
const tooLarge = { error: 'States.DataLimitExceeded' };
const tooLargeInput = { ...tooLarge, cause: /has arguments with a size/ };
const fits = { result: 1 };
const one = { Next: 'One' };
const then = (state: Record<string, unknown>) => ({
  States: { Do: { ...state, ...one }, One: { Type: 'Succeed', Output: 1 } },
});
const pass = (fields: Record<string, unknown>) => then({ Type: 'Pass', ...fields });
const plain = { Type: 'Task', Resource: plainArn };
const scripted = task('scripted', one);

const cases: Case[] = [
  {
    rule: 'an output of 256 KiB passes',
    from: 'guide/service-quotas',
    machine: pass({ Output: long(most) }),
    ends: fits,
  },
  {
    rule: 'an output over 256 KiB fails',
    from: 'guide/service-quotas',
    machine: pass({ Output: long(most + 1) }),
    ends: tooLarge,
  },
  {
    rule: 'bytes are counted, not characters',
    from: 'recorded/test_states_errors',
    machine: pass({ Output: long(140_000, 'é') }),
    ends: tooLarge,
  },
  {
    rule: 'Arguments over 256 KiB fail',
    from: 'guide/concepts-error-handling',
    machine: then({ ...plain, Arguments: long(most + 1) }),
    ends: tooLargeInput,
  },
  {
    rule: "a function's answer over 256 KiB fails",
    from: 'recorded/test_states_errors',
    machine: then(scripted),
    answers: [text(most + 1)],
    ends: tooLarge,
  },
  {
    rule: 'an answer over 256 KiB is caught where it is named',
    from: 'recorded/test_states_errors',
    machine: then({ ...scripted, Catch: [{ ErrorEquals: ['States.DataLimitExceeded'], ...one }] }),
    answers: [text(most + 1)],
    ends: fits,
  },
  {
    rule: 'States.ALL does not catch it',
    from: 'guide/concepts-error-handling',
    machine: then({ ...scripted, Catch: [{ ErrorEquals: ['States.ALL'], ...one }] }),
    answers: [text(most + 1)],
    ends: tooLarge,
  },
  {
    rule: 'a variable of 256 KiB is assigned',
    from: 'guide/workflow-variables#limits',
    machine: pass({ Assign: { x: long(most - 6) } }),
    ends: fits,
  },
  {
    rule: 'all variables of one Assign have 256 KiB together',
    from: 'guide/workflow-variables#limits',
    machine: pass({ Assign: { x: long(140_000), y: long(140_000) } }),
    ends: tooLarge,
  },
  {
    rule: 'the outputs of all branches together have 256 KiB',
    from: 'guide/service-quotas',
    machine: then({
      Type: 'Parallel',
      Branches: [region('A', { Output: long(200_000) }), region('B', { Output: long(200_000) })],
    }),
    ends: tooLarge,
  },
  {
    rule: 'Arguments of a Parallel have 256 KiB',
    from: 'guide/concepts-error-handling',
    machine: then({ Type: 'Parallel', Arguments: long(most + 1), Branches: [region('A', {})] }),
    ends: tooLargeInput,
  },
  {
    rule: 'what ItemSelector makes has 256 KiB',
    from: 'guide/concepts-error-handling',
    machine: then({ Type: 'Map', Items: [1], ItemSelector: long(most + 1), ItemProcessor: region('A', {}) }),
    ends: tooLargeInput,
  },
];

check(cases);

test('an execution fails when its history is full: 25,000 events, the last says so (guide/service-quotas)', async () => {
  const { begin, describe, call } = room({
    States: { Round: { Type: 'Pass', Next: 'Again' }, Again: { Type: 'Pass', Next: 'Round' } },
  });
  const executionArn = await begin();
  expect(describe(executionArn)).toMatchObject({
    status: 'FAILED',
    cause: 'The execution reached the maximum number of history events (25000).',
  });
  const page = { executionArn, reverseOrder: true, maxResults: 1 };
  const { events } = call<{ events: { id: number; type: string }[] }>('GetExecutionHistory', page);
  expect(events).toMatchObject([{ id: 25_000, type: 'ExecutionFailed' }]);
});

test('a definition has 1 MiB (guide/service-quotas)', () => {
  const described = (bytes: number) => () => room({ ...only({ Type: 'Pass' }), Comment: text(bytes) }, functions());
  expect(described(1_048_000)).not.toThrow();
  expect(described(1_048_576)).toThrow('larger than 1 MiB');
});
