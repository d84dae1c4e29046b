import { expect, test } from 'vitest';
import { journeyTrigger } from '#lib/projection/reactions/journey-trigger.ts';
import { aJourney, enrolled, reactTo, rulesWith } from './reaction-examples.ts';

test('a touchpoint triggers each journey that it matches, but none in which the customer is enrolled', () => {
  const journeys = [
    ...[aJourney('onboarding'), aJourney('welcome'), aJourney('orders', { key: 'orderId' })],
    aJourney('other', { triggers: [{ stageEntered: ['retention'] }] }),
  ];
  const { after } = reactTo(
    journeyTrigger,
    { minute: 30, name: 'Signed Up' },
    {
      profile: { journeys: { e1: enrolled, e3: { ...enrolled, journeyId: 'orders' } } },
      rules: rulesWith({ journeys }),
    },
  );
  expect(after.signals).toMatchObject([
    { type: 'triggered', journeyId: 'welcome', cause: { name: 'Signed Up' } },
    { type: 'triggered', journeyId: 'orders' },
  ]);
});

test.each([
  ['the stage entered', { enteredStage: 'retention' }, ['stage']],
  ['another stage entered', { enteredStage: 'advocacy' }, []],
  ['a segment joined', { joinedSegments: ['pro', 'buyers'] }, ['segment']],
])('%s triggers %j', (_, state, expected) => {
  const journeys = [
    aJourney('stage', { triggers: [{ stageEntered: ['retention'] }] }),
    aJourney('segment', { triggers: [{ segmentJoined: ['buyers'] }] }),
  ];
  const { after } = reactTo(journeyTrigger, { minute: 30 }, { state, rules: rulesWith({ journeys }) });
  expect(after.signals.map((signal) => signal.type === 'triggered' && signal.journeyId)).toEqual(expected);
});

test('two triggers of a journey trigger it once', () => {
  const triggers = [{ stageEntered: ['retention'] }, { touchpoint: { event: 'Order Completed' } }];
  const rules = rulesWith({ journeys: [aJourney('thanks', { triggers })] });
  const touchpoint = { minute: 30, name: 'Order Completed' };
  const { after } = reactTo(journeyTrigger, touchpoint, { state: { enteredStage: 'retention' }, rules });
  expect(after.signals).toHaveLength(1);
});

test('a backfill does not cause it', () => {
  expect(journeyTrigger.skipsBackfill).toBe(true);
});
