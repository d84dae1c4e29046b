import { task } from '../../infra/local/step-functions/machine-harness.ts';
import { check, type Case } from './specification-table.ts';

const all = { ErrorEquals: ['States.ALL'] };
const rescue = { Type: 'Succeed', Output: { rescued: '{% $states.input.Error %}' } };
const trying = (fields: Record<string, unknown>, payload?: unknown) => ({
  States: {
    Try: task('scripted', { Next: 'Done', ...fields }, payload),
    Done: { Type: 'Succeed' },
    ...('Catch' in fields && { Rescue: rescue }),
  },
});
const caught = { Catch: [{ ...all, Next: 'Rescue' }] };

const catcher = (fields: Record<string, unknown>) => ({ ErrorEquals: ['Nope'], Next: 'Tell', ...fields });
const telling = (
  catchers: object[],
  fields: Record<string, unknown> = {},
  output: unknown = '{% $states.input %}',
) => ({
  States: {
    Try: task('scripted', { Catch: catchers, Next: 'Tell', ...fields }),
    Tell: { Type: 'Succeed', Output: output },
  },
});

const catches: Case[] = [
  {
    rule: 'without Output a catcher puts out the Error Output',
    from: 'spec#error-output',
    machine: telling([catcher({})]),
    answers: ['!Nope'],
    ends: { result: { Error: 'Nope', Cause: '{"errorType":"Nope","errorMessage":"no luck","trace":[]}' } },
  },
  {
    rule: "a catcher's Output sees the error and the input",
    from: 'recorded/test_error_output::test_task_catch_error_output',
    machine: telling([catcher({ Output: ['{% $states.errorOutput.Error %}', '{% $states.input.n %}'] })]),
    input: { n: 1 },
    answers: ['!Nope'],
    ends: { result: ['Nope', 1] },
  },
  {
    rule: "a catcher's Assign sees the error; the state's own is not evaluated",
    from: 'spec#error-output',
    machine: telling(
      [catcher({ Assign: { why: '{% $parse($states.errorOutput.Cause).errorMessage %}' } })],
      { Assign: { own: '{% $states.result %}' } },
      ['{% $why %}', '{% $exists($own) %}'],
    ),
    answers: ['!Nope'],
    ends: { result: ['no luck', false] },
  },
  {
    rule: 'the first catcher that names the error takes it',
    from: 'spec#fallback-states',
    machine: telling([
      { ErrorEquals: ['Other'], Output: 1, Next: 'Tell' },
      catcher({ Output: 2 }),
      { ...all, Output: 3, Next: 'Tell' },
    ]),
    answers: ['!Nope'],
    ends: { result: 2 },
  },
  {
    rule: 'a catcher may list several errors',
    from: 'spec#fallback-states',
    machine: telling([{ ErrorEquals: ['Other', 'Nope'], Output: 1, Next: 'Tell' }]),
    answers: ['!Nope'],
    ends: { result: 1 },
  },
  {
    rule: 'an error that no catcher names fails the execution',
    from: 'spec#errors',
    machine: telling([catcher({})]),
    answers: ['!Other'],
    ends: { error: 'Other' },
  },
  {
    rule: 'an expression that fails in Arguments is caught',
    from: 'spec#jsonata-runtime-errors',
    machine: trying(caught, '{% $nothing %}'),
    ends: { result: { rescued: 'States.QueryEvaluationError' } },
  },
  {
    rule: 'an expression that fails in Output is caught',
    from: 'spec#jsonata-runtime-errors',
    machine: trying({ ...caught, Output: '{% $nothing %}' }),
    answers: [1],
    ends: { result: { rescued: 'States.QueryEvaluationError' } },
  },
  {
    rule: 'what fails in a catcher itself is not caught again',
    from: 'spec#fallback-states',
    machine: telling([catcher({ Output: '{% $nope %}' }), { ...all, Next: 'Tell' }]),
    answers: ['!Nope'],
    ends: { error: 'States.QueryEvaluationError' },
  },
  {
    rule: 'a query error says in which state, at which event and in which field',
    from: 'recorded/test_output::test_jsonata_output_undefined',
    machine: { States: { Only: { Type: 'Pass', Output: { a: '{% $nope %}' }, End: true } } },
    ends: {
      error: 'States.QueryEvaluationError',
      cause:
        /^An error occurred while executing the state 'Only' \(entered at the event id #2\)\. The JSONata expression '\$nope' specified for the field 'Output\/a' returned nothing \(undefined\)\.$/,
    },
  },
];

check(catches);
