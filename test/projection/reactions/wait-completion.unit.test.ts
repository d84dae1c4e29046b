import { expect, test } from 'vitest';
import { waitCompletion } from '#lib/projection/reactions/wait-completion.ts';
import { enrolled, reactTo, typesOf, waiting } from './reaction-examples.ts';

test.each([
  [30, 'woken'],
  [59, 'woken'],
  [60, 'not woken'],
  [15, 'woken'],
  [6, 'woken'],
  [4, 'not woken'],
])('a touchpoint of minute %d: a step waiting from 20 to 60 in an enrolment since 10 is %s', (minute, outcome) => {
  const profile = { journeys: { e1: enrolled }, waits: { w1: waiting } };
  const { after } = reactTo(waitCompletion, { minute, name: 'Activated' }, { profile });
  expect(typesOf(after)).toEqual(outcome === 'woken' ? ['woken'] : []);
  expect(Object.keys(after.profile.waits)).toEqual(outcome === 'woken' ? [] : ['w1']);
});

test('the branch is that of the first predicate that matches, and the first has no number', () => {
  const waits = {
    w1: { ...waiting, or: [{ event: 'Signed Up' }] },
    w2: { ...waiting, on: { event: 'Signed Up' } },
    w3: waiting,
  };
  const { after } = reactTo(waitCompletion, { minute: 30, name: 'Signed Up' }, { profile: { waits } });
  expect(after.signals).toMatchObject([
    { waitId: 'w1', way: 1 },
    { waitId: 'w2', cause: { name: 'Signed Up' } },
  ]);
  expect(after.signals[1]).not.toHaveProperty('way');
  expect(Object.keys(after.profile.waits)).toEqual(['w3']);
});
