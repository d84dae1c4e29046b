import { expect, test } from 'vitest';
import { stageTransition } from '#lib/projection/reactions/stage-transition.ts';
import { minutes } from '../../profile/profile-examples.ts';
import { reactTo } from './reaction-examples.ts';

test('a touchpoint that matches a stage rule moves the customer, and later reactions see the stage', () => {
  const counts = { 'Order Completed': { n: 1, first: minutes(30), last: minutes(30) } };
  const { after } = reactTo(stageTransition, { minute: 30, name: 'Order Completed' }, { profile: { counts } });
  expect(after.profile.stage).toMatchObject({ id: 'retention', since: minutes(30) });
  expect(after.enteredStage).toBe('retention');
  expect(after.transitions).toMatchObject([{ to: 'retention', at: minutes(30) }]);
  expect(after.signals).toEqual([{ type: 'stage', transition: after.transitions[0] }]);
});

test('a touchpoint in the present stage enters none', () => {
  const profile = { stage: { id: 'consideration', since: minutes(1), rule: 'consideration', met: minutes(1) } };
  const { after } = reactTo(stageTransition, { minute: 30, name: 'Product Viewed' }, { profile });
  expect([after.enteredStage, after.signals, after.transitions]).toEqual([undefined, [], []]);
  expect(after.profile.stage).toMatchObject({ since: minutes(1), met: minutes(30) });
});
