import { expect, test } from 'vitest';
import { decideTaskAnswer, parseTaskAnswer } from '#lib/journey/api/task-answer.ts';
import { addMs } from '#lib/shared/time.ts';
import { start } from '../journey-examples.ts';

const until = addMs(start, 1_000);

test.each([
  { status: 'open', now: start, decision: 'store' },
  { status: 'open', now: until, decision: 'closed' },
  { status: 'answered', answer: 'yes', now: start, decision: 'resume' },
  { status: 'answered', answer: 'yes', now: until, decision: 'resume' },
  // The write of the answer is conditional, so another answer still loses.
  { status: 'answered', answer: 'no', now: start, decision: 'store' },
  { status: 'answered', answer: 'no', now: until, decision: 'closed' },
  { status: 'closed', answer: 'yes', now: until, decision: 'done' },
  { status: 'closed', now: until, decision: 'closed' },
] as const)('a task that is $status with the answer $answer: $decision', ({ now, decision, ...task }) => {
  expect(decideTaskAnswer({ ...task, until }, 'yes', now)).toBe(decision);
});

test('only an answer that the task names is one', () => {
  expect(parseTaskAnswer({ answer: 'yes' }, { answers: ['yes'] })).toBe('yes');
  for (const body of [{ answer: 'maybe' }, { answer: '' }, {}, { answer: 'yes', more: 1 }])
    expect(() => parseTaskAnswer(body, { answers: ['yes', ''] })).toThrow('task.unknown-answer');
});
