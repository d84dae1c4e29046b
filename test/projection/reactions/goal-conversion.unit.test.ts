import { expect, test } from 'vitest';
import { goalConversion } from '#lib/projection/reactions/goal-conversion.ts';
import { minutes } from '../../profile/profile-examples.ts';
import { reactTo } from './reaction-examples.ts';

const goal = {
  ...{ enrolmentId: 'e1', journeyId: 'welcome', version: 2, on: { event: 'Activated' } },
  ...{ since: minutes(10), until: minutes(60) },
};

test('a goal in its window is converted and removed; another one stays', () => {
  const goals = {
    e1: goal,
    'e1/Test': { ...goal, stepId: 'Test', variant: 'short', until: minutes(20) },
    e2: { ...goal, on: { event: 'Other' } },
  };
  const { after } = reactTo(goalConversion, { minute: 30, name: 'Activated', messageId: 'm1' }, { profile: { goals } });
  const cause = { messageId: 'm1', name: 'Activated', at: minutes(30), properties: {} };
  expect(after.signals).toEqual([{ type: 'goal', enrolmentId: 'e1', journeyId: 'welcome', version: 2, cause }]);
  expect(Object.keys(after.profile.goals)).toEqual(['e1/Test', 'e2']);
});

test.each([
  [9, 0],
  [10, 1],
  [59, 1],
  [60, 0],
])('a touchpoint of minute %d converts %d goals with the window 10 to 60', (minute, count) => {
  const { after } = reactTo(goalConversion, { minute, name: 'Activated' }, { profile: { goals: { e1: goal } } });
  expect(after.signals).toHaveLength(count);
});
