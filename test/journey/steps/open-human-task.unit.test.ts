import { expect, test } from 'vitest';
import { StepCall, tokenOf } from '#lib/journey/execution/step-call.ts';
import { toTask } from '#lib/journey/steps/human-task/open-human-task.ts';
import { addDuration } from '#lib/shared/time.ts';
import { aCall, aProfile, dated, start } from '../journey-examples.ts';

const step = {
  kind: 'humanTask',
  queue: 'sales',
  title: 'Call {{traits.firstName}}',
  answers: { yes: 'Done', no: 'Done' },
  timeout: '2d',
  onTimeout: 'Done',
};
const profile = aProfile({ traits: dated({ firstName: 'Mina', owner: ' rita ' }) });

test('a task has the texts of the customer, the answers and the time of the step', () => {
  expect(toTask(StepCall.parse(aCall(step)), profile)).toEqual({
    ...{ enrolmentId: 'e1', journeyId: 'welcome', stepId: 'Hello', queue: 'sales', title: 'Call Mina' },
    ...{ answers: ['yes', 'no'], openedAt: start, until: addDuration(start, '2d'), status: 'open' },
  });
});

test.each([
  ['{{traits.owner}}', 'rita'],
  ['{{traits.unknown}}', ''],
])('the assignee %s is "%s"', (assignee, filled) => {
  expect(toTask(StepCall.parse(aCall({ ...step, assignee })), profile).assignee).toBe(filled);
});

test('a call without a token is refused', () => {
  expect(() => tokenOf(StepCall.parse(aCall(step)))).toThrow(expect.objectContaining({ code: 'journey.no-token' }));
  expect(tokenOf(StepCall.parse(aCall(step, { token: 'token-1' })))).toBe('token-1');
});
