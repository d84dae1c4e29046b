import { expect, test } from 'vitest';
import { readTask } from '#lib/journey/execution/human-task-store.ts';
import { ExecutionInput } from '#lib/journey/enrolment/execution-input.ts';
import { Wait } from '#lib/model/active-enrolment.ts';
import { ContextTime } from '#lib/shared/time.ts';

/** As Step Functions writes a time whose milliseconds are zero. */
const written = '2026-03-02T10:00:00Z';
const instant = '2026-03-02T10:00:00.000Z';

test('a time that Step Functions wrote becomes an instant', () => {
  expect([written, instant, '2026-03-02T10:00:00.120Z'].map((at) => ContextTime.parse(at))).toEqual([
    instant,
    instant,
    '2026-03-02T10:00:00.120Z',
  ]);
});

test('a wait and a task that were stored with such a time can be read', () => {
  const wait = { enrolmentId: 'e-1', on: { event: 'Bought' }, since: written, until: instant };
  expect(Wait.parse(wait).since).toBe(instant);

  const task = { enrolmentId: 'e-1', journeyId: 'welcome', stepId: 'Ask', queue: 'sales', title: 'Call' };
  const row = { pk: 'acme#u:mina', sk: 'task#1', ...task, answers: ['yes'], status: 'open', until: instant };
  expect(readTask({ ...row, openedAt: written }).task.openedAt).toBe(instant);
});

test('the mark of a paused step with such a time is read by the next step', () => {
  const { run } = ExecutionInput.shape;
  const mark = { leg: 0, round: 0, rounds: {}, held: { stepId: 'Hello', since: written } };
  expect(run.parse(mark)).toMatchObject({ held: { since: instant } });
});
