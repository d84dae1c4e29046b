import { task } from '../../infra/local/step-functions/machine-harness.ts';
import { checkRefused, done, all, fan, handled, type Refused } from './refused-definitions.ts';
import { only, region } from './specification-table.ts';

const retrier = (fields: Record<string, unknown>) => handled({ Retry: [{ ...all, ...fields }] });
const handlers: Refused[] = [
  {
    rule: 'ErrorEquals of nothing',
    from: 'spec#retrying-after-error',
    machine: retrier({ ErrorEquals: [] }),
    because: /ErrorEquals/,
  },
  {
    rule: 'IntervalSeconds 0',
    from: 'spec#retrying-after-error',
    machine: retrier({ IntervalSeconds: 0 }),
    because: /IntervalSeconds/,
  },
  {
    rule: 'MaxAttempts below 0',
    from: 'spec#retrying-after-error',
    machine: retrier({ MaxAttempts: -1 }),
    because: /MaxAttempts/,
  },
  {
    rule: 'BackoffRate below 1',
    from: 'spec#retrying-after-error',
    machine: retrier({ BackoffRate: 0.9 }),
    because: /BackoffRate/,
  },
  {
    rule: 'MaxDelaySeconds 0',
    from: 'spec#retrying-after-error',
    machine: retrier({ MaxDelaySeconds: 0 }),
    because: /MaxDelaySeconds/,
  },
  {
    rule: 'an unknown JitterStrategy',
    from: 'guide/concepts-error-handling',
    machine: retrier({ JitterStrategy: 'SAMPLE' }),
    because: /JitterStrategy/,
  },
  {
    rule: 'States.ALL beside another name',
    from: 'spec#retrying-after-error',
    machine: retrier({ ErrorEquals: ['States.ALL', 'X'] }),
    because: /stand alone/,
  },
  {
    rule: 'States.ALL before another retrier',
    from: 'spec#retrying-after-error',
    machine: handled({ Retry: [all, { ErrorEquals: ['X'] }] }),
    because: /come last/,
  },
  {
    rule: 'States.ALL before another catcher',
    from: 'spec#fallback-states',
    machine: handled({
      Catch: [
        { ...all, Next: 'Done' },
        { ErrorEquals: ['X'], Next: 'Done' },
      ],
    }),
    because: /come last/,
  },
  {
    rule: 'a catcher that leads nowhere',
    from: 'spec#fallback-states',
    machine: handled({ Catch: [{ ...all, Next: 'X' }] }),
    because: /no state "X"/,
  },
];

const ways: Refused[] = [
  {
    rule: 'a Next that is no state',
    from: 'spec#transition',
    machine: { States: { Do: { Type: 'Pass', Next: 'X' } } },
    because: /no state "X"/,
  },
  {
    rule: 'a Next in other letters',
    from: 'spec#transition',
    machine: { States: { Do: { Type: 'Pass', Next: 'done' }, Done: done } },
    because: /no state "done"/,
  },
  {
    rule: 'a Default that is no state',
    from: 'spec#choice-state',
    machine: { States: { Do: { Type: 'Choice', Choices: [{ Condition: true, Next: 'Do' }], Default: 'X' } } },
    because: /no state "X"/,
  },
  // AWS: "MISSING_TRANSITION_TARGET: State "…" is not reachable", as shown in issue 11978 of LocalStack.
  {
    rule: 'a state that nothing leads to',
    from: 'recorded/issue-11978',
    machine: { States: { Do: done, Lost: done } },
    because: /"Lost" is not reachable/,
  },
  {
    rule: 'a Next out of a branch',
    from: 'spec#parallel-state',
    machine: {
      States: {
        Fan: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'A', States: { A: { Type: 'Pass', Next: 'Done' } } }],
          Next: 'Done',
        },
        Done: done,
      },
    },
    because: /no state "Done"/,
  },
  {
    rule: 'a Next into a branch',
    from: 'spec#parallel-state',
    machine: { States: { Fan: { Type: 'Parallel', Branches: [region('A', {})], Next: 'A' } } },
    because: /no state "A"/,
  },
  {
    rule: 'one name in two branches',
    from: 'spec#states-fields',
    machine: fan([region('A', {}), region('A', {})]),
    because: /two states are named "A"/,
  },
  {
    rule: 'one name inside and outside',
    from: 'spec#states-fields',
    machine: fan([region('Only', {})]),
    because: /two states are named "Only"/,
  },
  {
    rule: 'a name of 81 characters',
    from: 'spec#states-fields',
    machine: { States: { ['x'.repeat(81)]: done } },
    because: /longer than 80/,
  },
];

const assign = (...names: string[]) =>
  only({ Type: 'Pass', Assign: Object.fromEntries(names.map((name) => [name, 1])) });
const variables: Refused[] = [
  {
    rule: 'a variable named states',
    from: 'spec#state-machine-variables',
    machine: assign('states'),
    because: /reserved/,
  },
  ...['x.y', 'x[2]', '1x', 'a b', '', '$x', 'x'.repeat(81)].map((name): Refused => ({
    rule: `a variable named "${name.slice(0, 9)}"`,
    from: 'guide/workflow-variables#variable-name-syntax',
    machine: assign(name),
    because: /no name of a variable/,
  })),
  {
    rule: 'a name assigned inside and outside',
    from: 'spec#variable-scope',
    machine: fan([region('A', { Assign: { x: 1 } })], { Assign: { x: 2 } }),
    because: /"x" is assigned further out/,
  },
  {
    rule: 'a name assigned two scopes further out, by a catcher',
    from: 'spec#variable-scope',
    machine: {
      States: {
        Do: task('f', { Catch: [{ ...all, Assign: { x: 1 }, Next: 'Fan' }], Next: 'Fan' }),
        Fan: {
          Type: 'Parallel',
          Branches: [region('In', { Type: 'Parallel', Branches: [region('A', { Assign: { x: 1 } })] })],
          End: true,
        },
      },
    },
    because: /"x" is assigned further out/,
  },
];

checkRefused([...handlers, ...ways, ...variables]);
