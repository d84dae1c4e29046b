import { expect, test } from 'vitest';
import { journeyExit } from '#lib/projection/reactions/journey-exit.ts';
import { minutes } from '../../profile/profile-examples.ts';
import { enrolled, reactTo, typesOf, waiting } from './reaction-examples.ts';

test('exit criteria end the enrolment and its waits, with the touchpoint as the cause', () => {
  const { after } = reactTo(
    journeyExit,
    { minute: 30, name: 'Order Completed', messageId: 'm1', properties: { total: 5 } },
    {
      profile: {
        journeys: { e1: enrolled, e2: { ...enrolled, exit: { event: 'Other' } }, e3: { ...enrolled, exit: undefined } },
        waits: { w1: waiting, w2: { ...waiting, enrolmentId: 'e2' } },
      },
    },
  );
  const cause = { messageId: 'm1', name: 'Order Completed', at: minutes(30), properties: { total: 5 } };
  expect(after.signals).toEqual([{ type: 'exited', enrolmentId: 'e1', cause }]);
  expect(Object.keys(after.profile.journeys)).toEqual(['e2', 'e3']);
  expect(Object.keys(after.profile.waits)).toEqual(['w2']);
});

test.each([
  [4, []],
  [5, ['exited']],
])('a touchpoint of minute %d on an enrolment since minute 10 causes %j', (minute, expected) => {
  const { after } = reactTo(
    journeyExit,
    { minute, name: 'Order Completed' },
    { profile: { journeys: { e1: enrolled } } },
  );
  expect(typesOf(after)).toEqual(expected);
});

test('what a touchpoint causes carries only as many properties as fit', () => {
  const properties = { small: 1, big: 'x'.repeat(9000), last: 2 };
  const { after } = reactTo(
    journeyExit,
    { minute: 30, name: 'Order Completed', properties },
    { profile: { journeys: { e1: enrolled } } },
  );
  expect(after.signals).toMatchObject([{ cause: { properties: { small: 1, last: 2 } } }]);
});
