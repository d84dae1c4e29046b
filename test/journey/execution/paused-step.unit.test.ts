import { expect, test } from 'vitest';
import { type StepCall } from '#lib/journey/execution/step-call.ts';
import { firstRun } from '#lib/journey/enrolment/execution-input.ts';
import { aJourney, aSend } from '../journey-examples.ts';
import { day, midnight, running } from '../execution-harness.ts';

const Done = { kind: 'exit' };
const after = (days: number): string => new Date(Date.parse(midnight) + days * day * 1_000).toISOString();
const journey = (Hello: object, more: Record<string, unknown> = {}) => aJourney({ steps: { Hello, Done, ...more } });

test('people from another version come in where they are led to', async () => {
  const definition = journey(aSend({ next: 'Say' }), { Say: aSend() });
  const run = await running(definition, {}, { resumeAt: ['Say'], run: { ...firstRun, leg: 1, at: 'Say' } });
  expect(run.visited()).toEqual(['Say']);
});

test('who was held in one round of a loop is late in that round only', async () => {
  let paused = true;
  const again = { kind: 'goTo', to: 'Hello', limit: 1, next: 'Done' };
  const run = await running(journey(aSend({ late: 'skip', next: 'Again' }), { Again: again }), {
    send: () => (paused ? { gate: 'hold' } : { status: 'sent' }),
  });
  paused = false;
  await run.resume({});
  const late = run.calls.filter(({ step }) => step.kind === 'send').map(({ enrolment }) => enrolment.run.held?.stepId);
  expect(late).toEqual([undefined, 'Hello', undefined]);
});

test('a message that only people from another version can be late for is put off for them, and not lost', async () => {
  const definition = journey(aSend({ purpose: 'transactional', late: 'shift' }));
  let asked = 0;
  const send = () => (asked++ === 0 ? { status: 'deferred', until: after(1) } : { status: 'sent' });
  const run = await running(definition, { send }, { resumeAt: ['Hello'], run: { ...firstRun, leg: 1, at: 'Hello' } });
  expect(run.end()).toMatchObject({ status: 'RUNNING' });
  await run.advance(day);
  expect(run.visited()).toEqual(['Hello', 'Hello']);
  expect(run.end()).toMatchObject({ status: 'SUCCEEDED' });
});

const rested = journey(
  { kind: 'wait', for: '1d', next: 'Mark' },
  {
    Mark: { kind: 'updateProfile', traits: { seen: true }, next: 'Tell' },
    Tell: { kind: 'emitEvent', event: 'Told', next: 'Done' },
  },
);

test('a journey that is paused holds people before the first effect after a wait, until it is resumed', async () => {
  let paused = true;
  const run = await running(rested, { update: () => (paused ? { gate: 'hold' } : { status: 'updated' }) });
  await run.advance(3 * day);
  expect(run.calls.at(-1)).toMatchObject({ stepId: 'Mark', step: { kind: 'hold' } });
  paused = false;
  await run.resume({});
  const again = run.calls.find(({ step, enrolment }) => step.kind === 'updateProfile' && enrolment.run.held);
  expect(again?.enrolment.run.held).toEqual({ stepId: 'Mark', since: after(1) });
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'completed' });
});

test('only that first one asks: what follows it follows within seconds', async () => {
  const run = await running(rested);
  await run.advance(day);
  expect(run.calls.map(({ stepId, gated }: StepCall) => [stepId, gated])).toEqual([
    ['Mark', true],
    ['Tell', false],
  ]);
});

test('who goes on in another version ends here without an outcome', async () => {
  const run = await running(rested, { update: () => ({ gate: 'move' }) });
  await run.advance(day);
  expect(run.end()).toEqual({ status: 'SUCCEEDED', handedOver: true });
});
