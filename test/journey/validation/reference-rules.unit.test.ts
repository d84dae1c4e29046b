import { aSend } from '../journey-examples.ts';
import { Done, isFine, warns } from './validation-examples.ts';

const known = { stages: ['awareness', 'retention'], segments: ['vip'], placements: ['win-back'] };
const branch = (when: object) => ({
  Hello: { kind: 'branch', cases: [{ when, next: 'Say' }], otherwise: 'Done' },
  Say: aSend(),
  Done,
});
const entry = (trigger: object) => ({ entry: { triggers: [trigger, { api: true }] } });

warns([
  ['a stage nobody enters', 'unknown-stage', 'entry.triggers.0', entry({ stageEntered: ['aquisition'] }), known],
  ['a segment nobody joins', 'unknown-segment', 'entry.triggers.0', entry({ segmentJoined: ['vips'] }), known],
  [
    'a segment that a business event is told to',
    'unknown-segment',
    'entry.triggers.0',
    entry({ businessEvent: 'Back In Stock', segment: 'waiting' }),
    known,
  ],
  [
    'a stage asked for deep inside',
    'unknown-stage',
    'steps.Hello.cases.0.when',
    { steps: branch({ any: [{ not: { all: [{ stage: ['retentoin'] }] } }, { consents: 'email' }] }) },
    known,
  ],
  [
    'a placement that is not there',
    'unknown-placement',
    'steps.Hello.placement',
    { steps: { Hello: { kind: 'decide', placement: 'winback', next: 'Say' }, Say: aSend(), Done } },
    known,
  ],
]);

isFine([
  ['where nothing is known of the workspace, names are not looked at', entry({ segmentJoined: ['vips'] })],
  ['one known stage among several is enough', { steps: branch({ stage: ['trial', 'retention'] }) }, known],
]);
