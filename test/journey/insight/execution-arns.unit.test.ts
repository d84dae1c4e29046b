import { expect, test } from 'vitest';
import { executionArnsOf } from '#lib/journey/insight/execution-arns.ts';

const naming = { stack: 'throughline', machines: 'arn:aws:states:eu-west-1:1:stateMachine:' };
const place = { workspace: 'acme', journeyId: 'welcome', version: 2, enrolmentId: 'e1', leg: 0 };

test('an execution is on the machine of the workspace’s journey or on that of the deployed one', () => {
  const prefix = 'arn:aws:states:eu-west-1:1:execution:throughline-';
  expect(executionArnsOf(naming, place)).toEqual([`${prefix}acme_welcome:v2-e1`, `${prefix}welcome:v2-e1`]);
  expect(executionArnsOf(naming, { ...place, leg: 3 })[1]).toBe(`${prefix}welcome:v2-e1-3`);
});
