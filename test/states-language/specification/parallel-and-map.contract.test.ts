import { task, type Machine } from '../../infra/local/step-functions/machine-harness.ts';
import { check, region, type Case } from './specification-table.ts';

const parallel = (branches: unknown[], fields: Record<string, unknown> = {}): Machine => ({
  States: { Fan: { Type: 'Parallel', Branches: branches, ...fields, End: true } },
});
const map = (processor: unknown, fields: Record<string, unknown> = {}): Machine => ({
  States: { Each: { Type: 'Map', ItemProcessor: processor, ...fields, End: true } },
});
const wait = (name: string, seconds: string) => ({
  StartAt: name,
  States: { [name]: { Type: 'Wait', Seconds: `{% ${seconds} %}`, End: true } },
});
const call = (name: string) => ({ StartAt: name, States: { [name]: task('scripted') } });
const a = region('A', {});
const bad = { StartAt: 'No', States: { No: { Type: 'Fail', Error: 'Bad' } } };
/** Waits, then does something that shows. */
const effect = {
  StartAt: 'Later',
  States: { Later: { Type: 'Wait', Seconds: 60, Next: 'Do' }, Do: task('scripted') },
};
const rescuing = (state: Record<string, unknown>): Machine => ({
  States: {
    Try: { ...state, Catch: [{ ErrorEquals: ['Bad'], Next: 'Rescue' }], End: true },
    Rescue: { Type: 'Wait', Seconds: 600, Output: '{% $states.input.Error %}', End: true },
  },
});

const parallels: Case[] = [
  {
    rule: 'Parallel gives each branch its input; its result is their outputs in the order of the branches',
    from: 'spec#parallel-state',
    machine: parallel([
      region('A', { Output: '{% $states.input & "a" %}' }),
      region('B', { Output: '{% $states.input & "b" %}' }),
    ]),
    input: 'x',
    ends: { result: ['xa', 'xb'] },
  },
  {
    rule: 'Arguments of a Parallel are the input of its branches',
    from: 'spec#parallel-state',
    machine: parallel([a], { Arguments: { n: '{% $states.input.n + 1 %}' } }),
    input: { n: 1 },
    ends: { result: [{ n: 2 }] },
  },
  {
    rule: "Output of a Parallel sees the branches' outputs as the result",
    from: 'spec#parallel-state',
    machine: parallel([region('A', { Output: 1 }), region('B', { Output: 2 })], {
      Output: '{% $sum($states.result) %}',
    }),
    ends: { result: 3 },
  },
  {
    rule: 'a Succeed ends its own branch only',
    from: 'spec#parallel-state',
    machine: parallel([{ StartAt: 'S', States: { S: { Type: 'Succeed', Output: 1 } } }, wait('W', '5')]),
    lasts: 5,
    ends: { result: [1, {}] },
  },
  {
    rule: 'branches run side by side and the state ends with the last, whatever the order they end in',
    from: 'spec#parallel-state',
    machine: parallel([wait('Long', '600'), wait('Short', '60')]),
    lasts: 600,
    ends: { result: [{}, {}] },
  },
  {
    rule: 'one branch that fails fails the state with its error, and the others are given up',
    from: 'spec#parallel-state',
    machine: rescuing({ Type: 'Parallel', Branches: [bad, effect] }),
    called: [],
    lasts: 600,
    ends: { result: 'Bad' },
  },
  {
    rule: 'a Parallel that fails and is not caught fails the execution',
    from: 'spec#parallel-state',
    machine: parallel([bad, effect]),
    ends: { error: 'Bad' },
  },
  {
    rule: 'a Parallel that is retried starts all its branches anew',
    from: 'spec#retrying-after-error',
    machine: parallel([call('Do'), region('B', { Output: 'b' })], { Retry: [{ ErrorEquals: ['Nope'] }] }),
    answers: ['!Nope', 2],
    called: [0, 1],
    lasts: 1,
    ends: { result: [2, 'b'] },
  },
];

const inner = {
  Type: 'Map',
  ItemProcessor: region('Twice', {
    Type: 'Parallel',
    Branches: [a, region('B', { Output: '{% -$states.input %}' })],
  }),
};
const item = { at: '{% $states.context.Map.Item.Index %}', of: '{% $states.context.Map.Item.Value %}' };

const maps: Case[] = [
  {
    rule: 'Map runs its processor for each item of its input',
    from: 'spec#map-state',
    machine: map(region('In', { Output: '{% $states.input * 2 %}' })),
    input: [1, 2, 3],
    ends: { result: [2, 4, 6] },
  },
  {
    rule: 'Map takes its Items from an expression',
    from: 'spec#map-state',
    machine: map(a, { Items: '{% $states.input.list %}' }),
    input: { list: ['a'] },
    ends: { result: ['a'] },
  },
  {
    rule: 'Items may be an array with expressions in it',
    from: 'guide/transforming-data#writing-jsonata-expressions-in-json-strings',
    machine: map(a, { Items: [1, '{% $states.input %}', 3] }),
    input: 2,
    ends: { result: [1, 2, 3] },
  },
  {
    rule: 'Map of no items puts out an empty array',
    from: 'spec#map-state',
    machine: map(a),
    input: [],
    ends: { result: [] },
  },
  {
    rule: 'Items must be an array',
    from: 'spec#map-state',
    machine: map(a, { Items: '{% 1 %}' }),
    ends: { error: 'States.QueryEvaluationError', cause: /must be an array/ },
  },
  {
    rule: 'ItemSelector makes the input of each iteration and sees item, index and the input of the Map',
    from: 'spec#map-state',
    machine: map(a, { Items: '{% $states.input.list %}', ItemSelector: { ...item, by: '{% $states.input.by %}' } }),
    input: { list: ['a', 'b'], by: 'UQS' },
    ends: {
      result: [
        { at: 0, of: 'a', by: 'UQS' },
        { at: 1, of: 'b', by: 'UQS' },
      ],
    },
  },
  {
    rule: 'ItemSelector may be one expression',
    from: 'spec#map-state',
    machine: map(a, { ItemSelector: '{% $states.context.Map.Item.Value + $states.context.Map.Item.Index %}' }),
    input: [1, 2],
    ends: { result: [1, 3] },
  },
  {
    rule: 'Output and Assign of a Map see its result',
    from: 'spec#map-state',
    machine: map(a, { Output: '{% $sum($states.result) %}' }),
    input: [1, 2],
    ends: { result: 3 },
  },
  {
    rule: 'Maps within Maps and Parallels within Maps come back in order',
    from: 'spec#map-state',
    machine: map(region('Inner', inner)),
    input: [[1], [2, 3]],
    ends: {
      result: [
        [[1, -1]],
        [
          [2, -2],
          [3, -3],
        ],
      ],
    },
  },
  {
    rule: 'MaxConcurrency is how many iterations run at once',
    from: 'spec#map-state',
    machine: map(wait('Rest', '60'), { MaxConcurrency: '{% 2 %}' }),
    input: [1, 2, 3, 4, 5],
    lasts: 180,
    ends: { result: [1, 2, 3, 4, 5] },
  },
  {
    rule: 'MaxConcurrency 1 runs one after the other',
    from: 'spec#map-state',
    machine: map(wait('Rest', '$states.input'), { MaxConcurrency: 1 }),
    input: [3, 1, 2],
    lasts: 6,
    ends: { result: [3, 1, 2] },
  },
  {
    rule: 'an inline Map runs forty at a time when nothing else is said',
    from: 'guide/state-map-inline',
    machine: map(wait('Rest', '60')),
    input: Array.from({ length: 100 }, (_, index) => index),
    lasts: 180,
    ends: { result: Array.from({ length: 100 }, (_, index) => index) },
  },
  {
    rule: 'MaxConcurrency must be no negative number',
    from: 'spec#map-state',
    machine: map(a, { MaxConcurrency: '{% -1 %}' }),
    input: [1],
    ends: { error: 'States.QueryEvaluationError', cause: /must be an integer/ },
  },
  {
    rule: 'one iteration that fails fails the Map with its error, and the others are given up',
    from: 'spec#map-state',
    machine: rescuing({
      Type: 'Map',
      Items: [true, false],
      ItemProcessor: {
        StartAt: 'Which',
        States: {
          Which: { Type: 'Choice', Choices: [{ Condition: '{% $states.input %}', Next: 'No' }], Default: 'Later' },
          ...bad.States,
          ...effect.States,
        },
      },
    }),
    called: [],
    lasts: 600,
    ends: { result: 'Bad' },
  },
];

check([...parallels, ...maps]);
