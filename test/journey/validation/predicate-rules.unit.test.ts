import { Done, findsErrors, warns } from './validation-examples.ts';

findsErrors([
  [
    'a wait for nothing',
    'never-met',
    'steps.Hello.on',
    {
      steps: { Hello: { kind: 'waitForEvent', on: { any: [] }, timeout: '1d', next: 'Done', onTimeout: 'Done' }, Done },
    },
  ],
  [
    'a branch that looks at a touchpoint',
    'no-touchpoint',
    'steps.Hello.cases.0.when',
    {
      steps: { Hello: { kind: 'branch', cases: [{ when: { event: 'Seen' }, next: 'Done' }], otherwise: 'Done' }, Done },
    },
  ],
  [
    'an entry condition on a touchpoint',
    'no-touchpoint',
    'entry.condition',
    { entry: { triggers: [{ api: true }], condition: { event: 'Seen' } } },
  ],
  [
    'a journey that is not there',
    'unknown-journey',
    'steps.Hello.journey',
    { steps: { Hello: { kind: 'startJourney', journey: 'renewal', next: 'Done' }, Done } },
    { journeys: ['welcome'] },
  ],
  [
    'a trigger without the entry key',
    'no-entry-key',
    'entry.triggers.0',
    { entry: { triggers: [{ stageEntered: ['trial'] }], key: 'orderId' } },
  ],
]);

warns([
  [
    'exit criteria that whoever enters meets',
    'exit-at-entry',
    'entry.triggers.0.touchpoint',
    { exit: { event: ['Order Completed', 'Signed Up'] } },
  ],
  [
    'a wait for what leads out of the journey',
    'exit-at-wait',
    'steps.Hello.or.0.on',
    {
      exit: { event: 'Order Completed' },
      steps: {
        Hello: {
          kind: 'waitForEvent',
          on: { event: 'Cart Viewed' },
          or: [{ on: { event: ['Order Completed', 'Purchase'] }, next: 'Done' }],
          timeout: '1d',
          next: 'Done',
          onTimeout: 'Done',
        },
        Done,
      },
    },
  ],
  [
    'a birthday at seven minutes past nine',
    'off-quarter',
    'entry.triggers.0',
    { entry: { triggers: [{ date: { trait: 'birthday', at: '09:07', every: 'year' } }] } },
  ],
  [
    'a journey that starts itself',
    'starts-itself',
    'steps.Hello.journey',
    { steps: { Hello: { kind: 'startJourney', journey: 'welcome', next: 'Done' }, Done } },
  ],
]);
