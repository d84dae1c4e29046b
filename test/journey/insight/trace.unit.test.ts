import { expect, test } from 'vitest';
import { traceSteps } from '#lib/journey/insight/trace.ts';
import { addMs } from '#lib/shared/time.ts';
import { start } from '../journey-examples.ts';

const of = { version: 1, leg: 0 };

/** A history of one minute an event. */
const happened = (...events: { type: string; [details: string]: unknown }[]) =>
  events.map((event, minutes) => ({ ...event, timestamp: new Date(addMs(start, minutes * 60_000)) }));

const entered = (name: string) => ({ type: 'TaskStateEntered', stateEnteredEventDetails: { name } });
const output = (value: unknown) => ({ output: JSON.stringify(value) });
const submitted = (Payload: object) => ({ type: 'TaskSubmitted', taskSubmittedEventDetails: output({ Payload }) });
const succeeded = (value: object) => ({ type: 'TaskSucceeded', taskSucceededEventDetails: output(value) });

test('a step that waits says what it asked with, while it waits and after', () => {
  const because = { until: addMs(start, 1), title: 'Call Mina', assignee: null };
  const asked = [entered('Ask'), submitted({ status: 'waiting', because })];
  expect(traceSteps(happened(...asked), of)).toEqual([{ stepId: 'Ask', ...of, enteredAt: start, because }]);
  const answered = happened(...asked, succeeded({ answer: 'yes' }), entered('Ask: way'), entered('Thank'));
  expect(traceSteps(answered, of)[0]).toMatchObject({ because, heard: { answer: 'yes' }, next: 'Thank' });
});

test('a step that acts says what it answered, and apart from it what it decided on', () => {
  const events = happened(entered('Offer'), succeeded({ Payload: { id: 'o', because: { offers: { o: 'chosen' } } } }));
  expect(traceSteps(events, of)).toMatchObject([{ answer: { id: 'o' }, because: { offers: { o: 'chosen' } } }]);
});

test('helper states belong to the visit of their step, and a step entered again after one is the same visit', () => {
  const events = happened(
    entered('Start: leg'),
    entered('Send'),
    entered('Send: held'),
    entered('Send'),
    entered('Send: sent'),
    entered('Wait'),
    { type: 'ExecutionSucceeded' },
  );
  const [send, waited] = traceSteps(events, of);
  expect(send).toEqual({
    stepId: 'Send',
    ...of,
    ...{ enteredAt: addMs(start, 60_000), leftAt: addMs(start, 300_000) },
    next: 'Wait',
    detours: ['held'],
  });
  expect(waited).toMatchObject({ stepId: 'Wait', leftAt: addMs(start, 360_000) });
});

test('a visit shows its failed attempts, causes cut short, and whether it timed out', () => {
  const failed = (more: object) => ({ type: 'TaskFailed', taskFailedEventDetails: more });
  const events = happened(entered('Call'), failed({ error: 'Boom', cause: 'x'.repeat(600) }), failed({}), {
    type: 'TaskTimedOut',
  });
  expect(traceSteps(events, of)).toMatchObject([
    { failures: [{ error: 'Boom', cause: 'x'.repeat(500) }, { error: 'unknown' }], timedOut: true },
  ]);
});
