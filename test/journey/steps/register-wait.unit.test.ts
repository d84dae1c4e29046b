import { expect, test } from 'vitest';
import { StepCall } from '#lib/journey/execution/step-call.ts';
import { findMatchingTouchpoint, toWait } from '#lib/journey/steps/wait/register-wait.ts';
import { type Touchpoint } from '#lib/model/touchpoint.ts';
import { addDuration, addMs } from '#lib/shared/time.ts';
import { aCall, aProfile, start } from '../journey-examples.ts';

const step = { kind: 'waitForEvent', on: { event: 'Activated' }, timeout: '3d', next: 'Done', onTimeout: 'Done' };

test('a wait begins at the entry of the step and ends after its timeout', () => {
  expect(toWait(StepCall.parse(aCall(step)))).toEqual({
    ...{ enrolmentId: 'e1', on: step.on },
    ...{ since: start, until: addDuration(start, '3d') },
  });
});

test('competing predicates are kept in their order', () => {
  const or = [
    { on: { event: 'Bought' }, next: 'Done' },
    { on: { event: 'Left' }, next: 'Done' },
  ];
  expect(toWait(StepCall.parse(aCall({ ...step, or }))).or).toEqual([{ event: 'Bought' }, { event: 'Left' }]);
});

const touchpoint = (name: string, ms: number): Touchpoint => ({
  ...{ messageId: `m-${name}`, type: 'track', name, channel: 'web', at: addMs(start, ms) },
  ...{ properties: {}, context: {} },
});

test.each([
  ['no touchpoint', [], undefined],
  ['none that matches', ['Opened'], undefined],
  ['the first predicate', ['Opened', 'Activated'], { name: 'Activated', way: 0 }],
  ['another predicate', ['Bought'], { name: 'Bought', way: 1 }],
  ['the first of several touchpoints', ['Bought', 'Activated'], { name: 'Bought', way: 1 }],
])('%s', (_, names, expected) => {
  const predicates = { on: { event: 'Activated' }, or: [{ event: 'Bought' }] };
  const found = findMatchingTouchpoint(names.map(touchpoint), predicates, aProfile());
  expect(found && { name: found.touchpoint.name, way: found.way }).toEqual(expected);
});
