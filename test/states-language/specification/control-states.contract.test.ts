import { check, only, type Case } from './specification-table.ts';

const yes = { Condition: true, Next: 'Tell' };
const choice = (fields: Record<string, unknown>) => ({
  States: { Which: { Type: 'Choice', ...fields }, Tell: { Type: 'Succeed' } },
});
const sizes = {
  Choices: [
    { Condition: '{% $states.input.n < 10 %}', Next: 'Tell', Output: 'small' },
    { Condition: '{% $states.input.n < 100 %}', Next: 'Tell', Output: 'middle' },
  ],
  Default: 'Tell',
  Output: 'other',
};
const told = (by: Record<string, unknown>) => ({ States: { ...by, Tell: { Type: 'Succeed', Output: '{% $by %}' } } });

const passAndSucceed: Case[] = [
  {
    rule: 'Pass puts out its input',
    from: 'spec#pass-state',
    machine: only({ Type: 'Pass' }),
    input: { a: 1 },
    ends: { result: { a: 1 } },
  },
  {
    rule: 'Pass puts out its Output',
    from: 'spec#pass-state',
    machine: only({ Type: 'Pass', Output: '{% $states.input.a %}' }),
    input: { a: 1 },
    ends: { result: 1 },
  },
  {
    rule: 'null is an output',
    from: 'spec#data',
    machine: only({ Type: 'Pass', Output: null }),
    ends: { result: null },
  },
  {
    rule: 'Succeed ends the execution with its input',
    from: 'spec#succeed-state',
    machine: { States: { Done: { Type: 'Succeed' } } },
    input: 7,
    ends: { result: 7 },
  },
  {
    rule: 'Succeed ends the execution with its Output',
    from: 'spec#succeed-state',
    machine: { States: { Done: { Type: 'Succeed', Output: 'done' } } },
    ends: { result: 'done' },
  },
  {
    rule: 'without an input it is an empty object',
    from: 'spec#data',
    machine: only({ Type: 'Pass' }),
    ends: { result: {} },
  },
  {
    rule: 'a state with End false goes on',
    from: 'spec#states-fields',
    machine: { States: { First: { Type: 'Pass', End: false, Next: 'Done' }, Done: { Type: 'Succeed', Output: 2 } } },
    ends: { result: 2 },
  },
];

const fail: Case[] = [
  {
    rule: 'Fail ends the execution with its Error and Cause, expressions too',
    from: 'spec#fail-state',
    machine: { States: { No: { Type: 'Fail', Error: '{% "Bad" & "Luck" %}', Cause: 'so it goes' } } },
    ends: { error: 'BadLuck', cause: /^so it goes$/ },
  },
  {
    rule: 'Fail may name no error',
    from: 'recorded/test_base::test_state_fail_empty',
    machine: { States: { No: { Type: 'Fail' } } },
    ends: { error: '', cause: /^$/ },
  },
  {
    rule: 'Error must be a string',
    from: 'spec#fail-state',
    machine: { States: { No: { Type: 'Fail', Error: '{% 1 %}' } } },
    ends: { error: 'States.QueryEvaluationError', cause: /must be a string/ },
  },
];

const choose: Case[] = [
  ...['small', 'middle', 'other'].map((result, index): Case => ({
    rule: `Choice takes the first rule that holds, or its Default: ${result}`,
    from: 'spec#choice-state',
    machine: choice(sizes),
    input: { n: 5 * 15 ** index },
    ends: { result },
  })),
  {
    rule: 'a Condition may be a boolean, and a rule without Output passes the input on',
    from: 'spec#choice-state',
    machine: choice({ Choices: [{ ...yes, Condition: false, Output: 0 }, yes] }),
    input: 3,
    ends: { result: 3 },
  },
  {
    rule: "the Assign of a Choice's rule is that of this rule",
    from: 'spec#choice-state',
    machine: told({
      Which: { Type: 'Choice', Assign: { by: 'state' }, Choices: [{ ...yes, Assign: { by: 'rule' } }] },
    }),
    ends: { result: 'rule' },
  },
  {
    rule: "the state's own Assign is that of its Default",
    from: 'spec#choice-state',
    machine: told({
      Which: {
        Type: 'Choice',
        Assign: { by: 'state' },
        Choices: [{ ...yes, Condition: false, Assign: { by: 'rule' } }],
        Default: 'Tell',
      },
    }),
    ends: { result: 'state' },
  },
  {
    rule: "the state's Assign is not that of a rule that matched",
    from: 'spec#choice-state',
    machine: {
      States: {
        Which: { Type: 'Choice', Assign: { by: 'state' }, Choices: [yes] },
        Tell: { Type: 'Succeed', Output: '{% $exists($by) %}' },
      },
    },
    ends: { result: false },
  },
  {
    rule: "the state's Output is not that of a rule that matched",
    from: 'spec#choice-state',
    machine: choice({ Choices: [yes], Output: 'of the Default' }),
    input: 3,
    ends: { result: 3 },
  },
  {
    rule: 'a Choice that nothing matches and that has no Default fails',
    from: 'spec#choice-state',
    machine: choice({ Choices: [{ ...yes, Condition: '{% false %}' }] }),
    ends: { error: 'States.NoChoiceMatched' },
  },
  {
    rule: 'a Condition that yields no boolean fails',
    from: 'spec#jsonata-runtime-errors',
    machine: choice({ Choices: [{ ...yes, Condition: '{% "yes" %}' }] }),
    ends: { error: 'States.QueryEvaluationError', cause: /must be a boolean/ },
  },
];

const rest = (fields: Record<string, unknown>) => only({ Type: 'Wait', ...fields });
const wait: Case[] = [
  {
    rule: 'Wait lasts its Seconds and puts out its input',
    from: 'spec#wait-state',
    machine: rest({ Seconds: 90 }),
    input: 1,
    lasts: 90,
    ends: { result: 1 },
  },
  {
    rule: 'Wait lasts the Seconds of an expression',
    from: 'spec#wait-state',
    machine: rest({ Seconds: '{% $states.input * 86400 %}' }),
    input: 30,
    lasts: 2_592_000,
    ends: { result: 30 },
  },
  {
    rule: 'Wait ends at its Timestamp',
    from: 'spec#wait-state',
    machine: rest({ Timestamp: '2026-01-01T00:02:00Z' }),
    lasts: 120,
    ends: { result: {} },
  },
  {
    rule: 'Wait ends at the Timestamp of an expression, in any zone',
    from: 'spec#timestamps',
    machine: rest({ Timestamp: '{% "2026-01-01T01:" & "00:00+00:30" %}' }),
    lasts: 1_800,
    ends: { result: {} },
  },
  {
    rule: 'a time gone by is not waited for',
    from: 'guide/state-wait',
    machine: rest({ Timestamp: '2001-01-01T00:00:00Z' }),
    ends: { result: {} },
  },
  {
    rule: 'nought seconds are not waited for',
    from: 'spec#wait-state',
    machine: rest({ Seconds: 0 }),
    ends: { result: {} },
  },
  {
    rule: 'Wait puts out its Output, evaluated when it ends',
    from: 'spec#wait-state',
    machine: rest({ Seconds: 60, Output: '{% $now() %}' }),
    lasts: 60,
    ends: { result: '2026-01-01T00:01:00.000Z' },
  },
  ...[
    ['Seconds', '{% 1.5 %}', 'an integer'],
    ['Seconds', '{% -1 %}', 'an integer'],
    ['Seconds', '{% "1" %}', 'an integer'],
    ['Seconds', '{% 100000000 %}', 'an integer'],
    ['Timestamp', '{% "2026-01-01T00:00:00" %}', 'RFC 3339'],
    ['Timestamp', '{% "2026-01-01t00:00:00Z" %}', 'RFC 3339'],
    ['Timestamp', '{% "2026-01-01 00:00:00Z" %}', 'RFC 3339'],
    ['Timestamp', '{% "2026-02-30T00:00:00Z" %}', 'RFC 3339'],
    ['Timestamp', '{% "tomorrow" %}', 'RFC 3339'],
    ['Timestamp', '{% 0 %}', 'RFC 3339'],
  ].map(([field = '', value, wanted = '']): Case => ({
    rule: `${field} takes no ${value}`,
    from: field === 'Seconds' ? 'spec#jsonata-runtime-errors' : 'spec#timestamps',
    machine: rest({ [field]: value }),
    ends: { error: 'States.QueryEvaluationError', cause: new RegExp(wanted) },
  })),
];

const machines: Case[] = [
  {
    rule: 'TimeoutSeconds of the machine ends an execution in mid-wait',
    from: 'spec#toplevelfields',
    machine: { ...rest({ Seconds: 100 }), TimeoutSeconds: 60 },
    lasts: 60,
    ends: { status: 'TIMED_OUT' },
  },
  {
    rule: 'an execution that ends in time is not timed out',
    from: 'spec#toplevelfields',
    machine: { ...rest({ Seconds: 60 }), TimeoutSeconds: 61 },
    lasts: 60,
    ends: { result: {} },
  },
];

check([...passAndSucceed, ...fail, ...choose, ...wait, ...machines]);
