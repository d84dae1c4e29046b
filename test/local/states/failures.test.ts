import { expect, test } from 'vitest';
import { room, task, type Machine } from './machine-room.ts';

const last = (fields: Record<string, unknown>) => ({ States: { Only: { ...fields, End: true } } });
const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Rescue' }] };
const rescue = { Type: 'Succeed', Output: { rescued: '{% $states.input.Error %}' } };

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
