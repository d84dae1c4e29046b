import { expect, test } from 'vitest';
import { firstRun } from '#lib/journey/enrolment/execution-input.ts';
import { StepCall } from '#lib/journey/execution/step-call.ts';
import { toContinuation } from '#lib/journey/execution/suspend-enrolment.ts';
import { aCall, anInput, start } from '../journey-examples.ts';

const wait = { kind: 'wait', for: '40d', next: 'Later' };

function continued(more: object) {
  const run = { ...firstRun, leg: 2, round: 3, held: { stepId: 'Hello', since: start } };
  const call = aCall(wait, { vars: { offer: 1 }, enrolment: anInput({ run, vars: { stale: true } }) });
  return toContinuation(StepCall.parse({ ...call, until: start, at: 'Later', ...more }), 'arn:machine');
}

test('the next execution has the next number, begins at the step and has the results so far', () => {
  const { machineArn, at, input } = continued({});
  expect({ machineArn, at }).toEqual({ machineArn: 'arn:machine', at: 'Later' });
  expect(input.vars).toEqual({ offer: 1 });
  expect(input.run).toEqual({ leg: 3, round: 3, rounds: {}, at: 'Later' });
});

test('a time without milliseconds is an instant', () => {
  expect(continued({ until: start.replace('.000', '') }).until).toBe(start);
});

test.each(['until', 'at'])('a call without `%s` is refused', (field) => {
  expect(() => continued({ [field]: undefined })).toThrow(expect.objectContaining({ code: 'journey.no-time' }));
});
