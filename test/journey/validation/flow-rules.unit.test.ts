import { aSend } from '../journey-examples.ts';
import { aTask, Done, findsErrors, isFine, saying, wait, warns } from './validation-examples.ts';

findsErrors([
  [
    'a way back',
    'endless',
    'steps.Pause.next',
    { steps: { Hello: aSend({ next: 'Pause' }), Pause: wait('1d', 'Hello') } },
  ],
  ['a step that leads to itself', 'endless', 'steps.Hello.next', { steps: { Hello: aSend({ next: 'Hello' }) } }],
  [
    'a loop of no steps',
    'endless',
    'steps.Hello.to',
    { steps: { Hello: { kind: 'goTo', to: 'Hello', limit: 3, next: 'Done' }, Done } },
  ],
  [
    'a circle on the way on from a goTo',
    'endless',
    'steps.Again.next',
    { steps: { Hello: aSend({ next: 'Again' }), Again: { kind: 'goTo', to: 'Hello', limit: 3, next: 'Hello' } } },
  ],
  [
    'an answer that leads nowhere',
    'unknown-step',
    'steps.Hello.answers.yes',
    { steps: { Hello: aTask({ yes: 'constructor' }), Done } },
  ],
  [
    'waits of more than a year in one execution',
    'too-long',
    'steps',
    {
      steps: {
        Hello: {
          kind: 'waitForEvent',
          on: { event: 'Activated' },
          timeout: '340d',
          next: 'Done',
          onTimeout: 'More',
        },
        More: wait('30d'),
        Done,
      },
    },
  ],
  ['waits that are parked too late', 'too-long', 'parkAfter', { parkAfter: '366d' }],
  [
    'a stay of more than ten years',
    'too-long',
    'steps',
    {
      steps: { Hello: wait('30d', 'Again'), Again: { kind: 'goTo', to: 'Hello', limit: 122, next: 'Done' }, Done },
    },
  ],
  [
    'more steps in a row than a history holds',
    'too-many-steps',
    'steps',
    {
      start: 'S0',
      steps: {
        ...Object.fromEntries(
          Array.from({ length: 600 }, (_, i) => [`S${i}`, aSend({ purpose: 'transactional', next: `S${i + 1}` })]),
        ),
        S600: Done,
      },
    },
  ],
  ['a message of 50 KB', 'too-large', 'steps.Hello', { steps: saying('x'.repeat(50_000)) }],
  [
    'more results than a state can hand on',
    'too-many-results',
    'steps',
    {
      start: 'S0',
      steps: {
        ...Object.fromEntries(
          Array.from({ length: 6 }, (_, i) => [
            `S${i}`,
            { kind: 'decide', placement: 'home', as: `offer${i}`, next: `S${i + 1}` },
          ]),
        ),
        S6: Done,
      },
    },
  ],
]);

warns([
  [
    'a loop that spins',
    'idle-loop',
    'steps.Again',
    { steps: { Hello: aSend({ next: 'Again' }), Again: { kind: 'goTo', to: 'Hello', limit: 11, next: 'Done' }, Done } },
  ],
]);

isFine([
  [
    'two short ways that meet are not one long way',
    {
      steps: {
        Hello: { kind: 'branch', cases: [{ when: { stage: ['trial'] }, next: 'Left' }], otherwise: 'Right' },
        Left: { ...aTask({ yes: 'Done' }), timeout: '200d' },
        Right: { ...aTask({ yes: 'Done' }), timeout: '200d' },
        Done,
      },
    },
  ],
  ['parked waits may add up to more than a year', { steps: { Hello: wait('300d', 'More'), More: wait('300d'), Done } }],
  [
    'a loop of a month’s waits goes on in new legs',
    { steps: { Hello: wait('30d', 'Again'), Again: { kind: 'goTo', to: 'Hello', limit: 100, next: 'Done' }, Done } },
  ],
]);
