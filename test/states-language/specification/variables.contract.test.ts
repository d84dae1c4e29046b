import { task } from '../../infra/local/step-functions/machine-harness.ts';
import { check, region, type Case } from './specification-table.ts';

const set = (Assign: object) => ({ Type: 'Pass', Assign, Next: 'Read' });
const reading = (first: object, output: unknown) => ({
  States: { Set: first, Read: { Type: 'Succeed', Output: output } },
});

const cases: Case[] = [
  {
    rule: 'a variable assigned in one state is seen in all later ones',
    from: 'spec#state-machine-variables',
    machine: {
      States: {
        Set: { Type: 'Pass', Assign: { x: '{% $states.input.n + 1 %}' }, Next: 'Between' },
        Between: { Type: 'Pass', Output: 0, Next: 'Read' },
        Read: { Type: 'Succeed', Output: '{% $x %}' },
      },
    },
    input: { n: 4 },
    ends: { result: 5 },
  },
  {
    rule: 'references in Assign and Output see what was on entry; new values take effect in the next state',
    from: 'spec#assigning-variables',
    machine: {
      States: {
        Set: { Type: 'Pass', Assign: { a: 1, b: 2 }, Next: 'Swap' },
        Swap: { Type: 'Pass', Assign: { a: '{% $b %}', b: '{% $a %}' }, Output: '{% $a %}', Next: 'Read' },
        Read: { Type: 'Succeed', Output: ['{% $states.input %}', '{% $a %}', '{% $b %}'] },
      },
    },
    ends: { result: [1, 2, 1] },
  },
  {
    rule: 'a variable that nothing was assigned to yet is nothing',
    from: 'guide/workflow-variables#evaluation-order',
    machine: reading(set({ x: 6, nextX: '{% $x %}' }), '{% $nextX %}'),
    ends: { error: 'States.QueryEvaluationError', cause: /returned nothing/ },
  },
  {
    rule: 'a variable is a whole JSON value',
    from: 'spec#assigning-variables',
    machine: reading(set({ who: { name: '{% $states.input %}', tags: ['a', null] } }), '{% $who %}'),
    input: 'Ana',
    ends: { result: { name: 'Ana', tags: ['a', null] } },
  },
  {
    rule: 'assigning again replaces the whole value',
    from: 'spec#assigning-variables',
    machine: {
      States: {
        Set: { Type: 'Pass', Assign: { x: { a: 1 } }, Next: 'Again' },
        Again: { Type: 'Pass', Assign: { x: { b: 2 } }, Next: 'Read' },
        Read: { Type: 'Succeed', Output: '{% $x %}' },
      },
    },
    ends: { result: { b: 2 } },
  },
  {
    rule: 'what an expression assigns inside stays inside',
    from: 'spec#expressions',
    machine: {
      States: {
        Set: { Type: 'Pass', Assign: { x: 1 }, Next: 'Change' },
        Change: { Type: 'Pass', Output: '{% ($x := 9; $x) %}', Next: 'Read' },
        Read: { Type: 'Succeed', Output: ['{% $states.input %}', '{% $x %}'] },
      },
    },
    ends: { result: [9, 1] },
  },
  {
    rule: 'an expression may define functions of its own',
    from: 'spec#expressions',
    machine: reading(
      set({ x: '{% ($product := function($x, $y) {$x * $y}; $reduce([1..5], $product)) %}' }),
      '{% $x %}',
    ),
    ends: { result: 120 },
  },
  {
    rule: 'a Task assigns from its result',
    from: 'spec#reserved-states-variable-with-jsonata',
    machine: reading(task('echo', { Assign: { got: '{% $states.result.Payload.n %}' }, Next: 'Read' }), '{% $got %}'),
    input: { n: 4 },
    ends: { result: 4 },
  },
  {
    rule: 'a Wait assigns when it ends',
    from: 'spec#wait-state',
    machine: reading({ Type: 'Wait', Seconds: 5, Assign: { at: '{% $millis() %}' }, Next: 'Read' }, '{% $at %}'),
    lasts: 5,
    ends: { result: Date.UTC(2026, 0, 1, 0, 0, 5) },
  },
  {
    rule: 'states in a Map see the variables outside; theirs go when it ends',
    from: 'spec#variable-scope',
    machine: {
      States: {
        'Get Greeting': { Type: 'Pass', Assign: { outer: 'hello' }, Next: 'Greet Everyone' },
        'Greet Everyone': {
          Type: 'Map',
          Items: [1, 2],
          ItemProcessor: {
            StartAt: 'Begin',
            States: {
              Begin: { Type: 'Pass', Assign: { hi: '{% $outer & $states.input %}' }, Next: 'End' },
              End: { Type: 'Succeed', Output: '{% $hi %}' },
            },
          },
          Assign: { outer: 2 },
          Next: 'Goodbye',
        },
        Goodbye: { Type: 'Succeed', Output: ['{% $states.input %}', '{% $outer %}', '{% $exists($hi) %}'] },
      },
    },
    ends: { result: [['hello1', 'hello2'], 2, false] },
  },
  {
    rule: 'one branch does not see what another assigned',
    from: 'spec#variable-scope',
    machine: {
      States: {
        Fan: {
          Type: 'Parallel',
          Branches: [
            region('One', { Assign: { inner: 1 } }),
            {
              StartAt: 'Rest',
              States: {
                Rest: { Type: 'Wait', Seconds: 5, Next: 'Look' },
                Look: { Type: 'Succeed', Output: '{% $exists($inner) %}' },
              },
            },
          ],
          Output: '{% $states.result[1] %}',
          End: true,
        },
      },
    },
    lasts: 5,
    ends: { result: false },
  },
  {
    rule: 'the catcher of a Parallel assigns outside of it',
    from: 'guide/workflow-variables#variable-scope',
    machine: reading(
      {
        Type: 'Parallel',
        Branches: [{ StartAt: 'No', States: { No: { Type: 'Fail', Error: 'Bad' } } }],
        Catch: [{ ErrorEquals: ['Bad'], Assign: { why: '{% $states.errorOutput.Error %}' }, Next: 'Read' }],
        Next: 'Read',
      },
      '{% $why %}',
    ),
    ends: { result: 'Bad' },
  },
];

check(cases);
