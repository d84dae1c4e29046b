import { expect, test } from 'vitest';
import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { deployedJourneys } from '#lib/journey/publishing/deployed-journeys.ts';
import { type StepCall } from '#lib/journey/execution/step-call.ts';
import { functionError } from '../../infra/local/step-functions/machine-harness.ts';
import { aJourney, aSend } from '../journey-examples.ts';
import { day, running } from '../execution-harness.ts';

const [onboarding, retention] = deployedJourneys as [JourneyDefinition, JourneyDefinition];

test('onboarding: who activates is told the next steps', async () => {
  const run = await running(onboarding);
  await run.advance(2 * day);
  await run.resume({ touchpoint: { name: 'Activated' } });
  expect(run.visited()).toEqual(['Welcome', 'Await activation', 'Next steps']);
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'activated' });
});

test('onboarding: who does not activate in three days gets help for their channel, and a week more', async () => {
  const run = await running(onboarding, { branch: () => ({ case: 1 }) });
  await run.advance(3 * day - 1);
  expect(run.visited()).toEqual(['Welcome', 'Await activation']);
  await run.advance(1);
  expect(run.visited()).toEqual([
    'Welcome',
    'Await activation',
    'Which help',
    'Help in the app',
    'Await late activation',
  ]);
  await run.advance(7 * day);
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'not-activated' });
});

test('retention: the offer that was decided is what is sent', async () => {
  const run = await running(retention);
  const sent = run.calls.find(({ stepId }) => stepId === 'Send offer');
  expect(sent?.vars).toEqual({ offer: { decisionId: 'd1', id: 'free-shipping', content: { title: 'Free shipping' } } });
  await run.resume({ touchpoint: { name: 'Offer Clicked' } });
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'returned' });
});

test('retention: a valuable customer who stays away is called, and the answer leads on', async () => {
  const run = await running(retention, { branch: () => ({ case: 0 }) });
  await run.advance(5 * day);
  expect(run.calls.at(-1)).toMatchObject({ stepId: 'Call the customer', step: { queue: 'customer-care' } });
  await run.resume({ answer: 'won-back' });
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'won-back' });
});

test('retention: where nobody calls in time, the reminder goes out', async () => {
  const run = await running(retention, { branch: () => ({ case: 0 }) });
  await run.advance(5 * day);
  await run.advance(3 * day);
  expect(run.visited().at(-1)).toBe('Last reminder');
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'lost' });
});

test('an offer that could not be decided does not end the journey', async () => {
  const failing = () => {
    throw functionError('Unavailable');
  };
  const run = await running(retention, { decide: failing });
  await run.advance(600);
  expect(run.visited().filter((stepId) => stepId === 'Choose offer')).toHaveLength(6);
  expect(run.calls.find(({ stepId }) => stepId === 'Send offer')?.vars).toEqual({});
});

test('a branch that cannot be decided fails the journey rather than taking any way', async () => {
  const failing = () => {
    throw functionError('Unavailable');
  };
  const run = await running(onboarding, { branch: failing });
  await run.advance(4 * day);
  expect(run.end()).toEqual({ status: 'FAILED' });
});

test('a message that quiet hours hold back is sent when they end, as the same visit', async () => {
  const until = new Date(Date.UTC(2026, 0, 1, 8)).toISOString(); // the engine starts at midnight
  let asked = 0;
  const run = await running(aJourney(), {
    send: () => (asked++ === 0 ? { status: 'deferred', until } : { status: 'sent' }),
  });
  await run.advance(8 * 3600 - 1);
  expect(run.calls).toHaveLength(1);
  await run.advance(1);
  expect(run.calls).toHaveLength(2);
  const visit = ({ enrolment, stepId, occurrence }: StepCall) => [enrolment.enrolmentId, stepId, occurrence];
  expect(visit(run.calls[1]!)).toEqual(visit(run.calls[0]!));
  expect(run.end()).toMatchObject({ status: 'SUCCEEDED' });
});

test('a random split goes by the bucket drawn at the entry', async () => {
  const paths = ['A', 'B', 'C'].map((next) => ({ weight: 1, next }));
  const steps = {
    Split: { kind: 'randomSplit', salt: 's', paths },
    ...Object.fromEntries(['A', 'B', 'C'].map((id) => [id, aSend()])),
    Done: { kind: 'exit' },
  };
  const definition = aJourney({ start: 'Split', steps });
  const taken = async (bucket: number) => (await running(definition, {}, { splits: { Split: bucket } })).visited();
  expect([await taken(0), await taken(3_333), await taken(9_999)]).toEqual([['A'], ['B'], ['C']]);
});

test('the shipped journeys take at most 1.6 transitions for each step a customer goes through', async () => {
  let [transitions, steps] = [0, 0];
  const lived = [
    { definition: onboarding, case: 1 },
    { definition: retention, case: 0 },
    { definition: retention, case: -1 },
  ];
  for (const { definition, ...answer } of lived) {
    const run = await running(definition, { branch: () => answer });
    for (let days = 0; days < 12; days++) await run.advance(day);
    expect(run.end()).toMatchObject({ status: 'SUCCEEDED' });
    transitions += run.transitions();
    steps += run.visited().length + 1; // and the exit
  }
  expect(transitions / steps).toBeLessThanOrEqual(1.6);
});
