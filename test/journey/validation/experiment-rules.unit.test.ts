import { aSend } from '../journey-examples.ts';
import { anExperiment, Done, findsErrors, isFine, tested, wait, warns } from './validation-examples.ts';

findsErrors([
  [
    'a path that nobody falls to',
    'no-share',
    'steps.Hello.paths.1.weight',
    {
      steps: {
        Hello: {
          kind: 'randomSplit',
          salt: 's',
          paths: [
            { weight: 1, next: 'Done' },
            { weight: 1e-9, next: 'Done' },
          ],
        },
        Done,
      },
    },
  ],
  [
    'two variants of one name',
    'duplicate-variant',
    'steps.Hello.variants.1.id',
    {
      steps: tested({
        variants: [
          { id: 'short', weight: 1, next: 'Short' },
          { id: 'short', weight: 1, next: 'Long' },
        ],
      }),
    },
  ],
  [
    'a variant that is called as the holdout beside it',
    'duplicate-variant',
    'steps.Hello.variants.1.id',
    {
      steps: tested({
        variants: [
          { id: 'short', weight: 1, next: 'Short' },
          { id: 'holdout', weight: 1, next: 'Long' },
        ],
        holdout: { weight: 1, next: 'Done' },
      }),
    },
  ],
  [
    'a goal that is over before any variant does anything',
    'unreachable-goal',
    'steps.Hello.window',
    { steps: tested({ window: '3d' }, '3d') },
  ],
  [
    'a goal nobody can reach',
    'unreachable-goal',
    'steps.Hello.goal',
    { steps: tested({ goal: { all: [{ event: 'A' }, { event: 'B' }] } }) },
  ],
  [
    'a journey’s goal that is over before it does anything',
    'unreachable-goal',
    'goal.window',
    {
      goal: { on: { event: 'Order Completed' }, window: '1d' },
      steps: { Hello: wait('2d', 'Say'), Say: aSend(), Done },
    },
  ],
]);

warns([
  [
    'one salt for the holdout and an experiment',
    'same-salt',
    'steps.Hello.salt',
    {
      holdout: { percent: 5, salt: 's' },
      steps: tested(),
    },
  ],
  [
    'variants that do not differ',
    'same-variants',
    'steps.Hello.variants',
    {
      steps: {
        Hello: anExperiment({
          variants: [
            { id: 'a', weight: 1, next: 'Say' },
            { id: 'b', weight: 1, next: 'Say' },
          ],
        }),
        Say: aSend(),
        Done,
      },
    },
  ],
]);

isFine([
  ['an experiment whose variants act in time', { steps: tested() }],
  [
    'two splits that belong together',
    {
      steps: {
        Hello: {
          kind: 'randomSplit',
          salt: 's',
          paths: [
            { weight: 1, next: 'Say' },
            { weight: 1, next: 'Again' },
          ],
        },
        Say: aSend({ next: 'Again' }),
        Again: {
          kind: 'randomSplit',
          salt: 's',
          paths: [
            { weight: 1, next: 'Done' },
            { weight: 1, next: 'Done' },
          ],
        },
        Done,
      },
    },
  ],
]);
