import { expect, test } from 'vitest';
import { functionError, room, start, task } from './machine-room.ts';

const echo = { echo: (payload: unknown) => payload };
const last = (fields: Record<string, unknown>) => ({ States: { Only: { ...fields, End: true } } });

const waits: [rule: string, fields: Record<string, unknown>, seconds: number][] = [
  ['Wait lasts its Seconds', { Seconds: 90 }, 90],
  ['Wait lasts the Seconds of an expression', { Seconds: '{% $states.input.days * 86400 %}' }, 2_592_000],
  ['Wait ends at its Timestamp', { Timestamp: '2026-01-01T00:02:00Z' }, 120],
  [
    'Wait ends at the Timestamp of an expression, in any zone',
    { Timestamp: '{% "2026-01-01T01:" & "00:00+00:30" %}' },
    1_800,
  ],
];

test.each(waits)('%s', async (_rule, fields, seconds) => {
  const { begin, advance, describe } = room(last({ Type: 'Wait', ...fields }));
  const arn = await begin({ days: 30 });
  await advance(seconds - 1);
  expect(describe(arn).status).toBe('RUNNING');
  await advance(1);
  expect(describe(arn)).toMatchObject({
    status: 'SUCCEEDED',
    stopDate: start / 1_000 + seconds,
    output: '{"days":30}',
  });
});

test('a Wait for a time gone by, or for no time, does not wait', async () => {
  const past = await room(last({ Type: 'Wait', Timestamp: '2001-01-01T00:00:00Z' })).run();
  const none = await room(last({ Type: 'Wait', Seconds: 0 })).run();
  expect([past.status, none.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
});

test('TimeoutSeconds of the machine ends an execution in mid-wait, and what it waited for does nothing', async () => {
  const { begin, advance, describe, emitted } = room({ ...last({ Type: 'Wait', Seconds: 100 }), TimeoutSeconds: 60 });
  const arn = await begin();
  await advance(1_000);
  expect(describe(arn)).toMatchObject({ status: 'TIMED_OUT', stopDate: start / 1_000 + 60 });
  expect(emitted.map(({ status }) => status)).toEqual(['RUNNING', 'TIMED_OUT']);
});

const context = (expression: string, fields = {}) => ({
  ...task('echo', fields, `{% $states.context.${expression} %}`),
});
const seen: [field: string, value: unknown][] = [
  ['Execution.Id', 'arn:aws:states:us-east-1:000000000000:execution:machine:mine'],
  ['Execution.Name', 'mine'],
  ['Execution.Input', { a: 1 }],
  ['Execution.StartTime', '2026-01-01T00:00:00.000Z'],
  ['Execution.RoleArn', 'arn:aws:iam::000000000000:role/machine'],
  ['State.Name', 'Look'],
  ['State.EnteredTime', '2026-01-01T00:01:00.000Z'],
  ['State.RetryCount', 0],
  ['StateMachine.Id', 'arn:aws:states:us-east-1:000000000000:stateMachine:machine'],
  ['StateMachine.Name', 'machine'],
];

test.each(seen)('the context object has %s', async (field, value) => {
  const machine = { States: { First: { Type: 'Wait', Seconds: 60, Output: {}, Next: 'Look' }, Look: context(field) } };
  const { begin, advance, describe } = room(machine, echo);
  const arn = await begin({ a: 1 }, 'mine');
  await advance(60);
  expect(JSON.parse(describe(arn).output!)).toEqual(value);
});

test('RetryCount counts the retries of this visit, EnteredTime stays that of the visit', async () => {
  const looks: unknown[] = [];
  const look = (payload: unknown) => {
    looks.push(payload);
    throw functionError('Nope');
  };
  const payload = ['{% $states.context.State.RetryCount %}', '{% $states.context.State.EnteredTime %}'];
  const machine = {
    States: { Try: task('look', { Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 2 }] }, payload) },
  };
  const { begin, advance } = room(machine, { look });
  await begin();
  await advance(60);
  expect(looks).toEqual([0, 1, 2].map((count) => [count, '2026-01-01T00:00:00.000Z']));
});
