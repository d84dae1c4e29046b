import { expect, test } from 'vitest';
import { StepCall } from '#lib/journey/execution/step-call.ts';
import { addAssignment } from '#lib/journey/steps/assign/assign-variant.ts';
import { type ActiveEnrolment } from '#lib/model/active-enrolment.ts';
import { addDuration } from '#lib/shared/time.ts';
import { aCall, aProfile, start } from '../journey-examples.ts';

const call = StepCall.parse(
  aCall({
    kind: 'experiment',
    salt: 'subject line',
    variants: [
      { id: 'short', weight: 1, next: 'Done' },
      { id: 'long', weight: 1, next: 'Done' },
    ],
    goal: { event: 'Order Completed' },
    window: '7d',
  }),
);
const enrolment: ActiveEnrolment = { journeyId: 'welcome', version: 1, since: start };

test('an assignment is kept in the enrolment, opens the goal and tells of itself', () => {
  const written = addAssignment(aProfile(), call, 'long');
  expect(written?.profile.journeys.e1?.assigned).toEqual(['Hello']);
  expect(Object.values(written?.profile.goals ?? {})).toMatchObject([
    { stepId: 'Hello', variant: 'long', since: start, until: addDuration(start, '7d') },
  ]);
  expect(written?.signals).toEqual([
    {
      type: 'assigned',
      enrolmentId: 'e1',
      journeyId: 'welcome',
      version: 1,
      stepId: 'Hello',
      variant: 'long',
      at: start,
    },
  ]);
});

test.each([
  ['a customer who was assigned before', { e1: { ...enrolment, assigned: ['Hello'] } }, false],
  ['a customer who has left', {}, false],
  ['a customer who is in another experiment', { e1: { ...enrolment, assigned: ['Other'] } }, true],
])('%s', (_, journeys: Record<string, ActiveEnrolment>, isWritten) => {
  expect(addAssignment(aProfile({ journeys }), call, 'long') !== undefined).toBe(isWritten);
});
