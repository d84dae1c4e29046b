import { expect, test } from 'vitest';
import { ThroughlineError } from '#lib/shared/errors.ts';
import { firstRun } from '#lib/journey/enrolment/execution-input.ts';
import { functionError } from '../../infra/local/step-functions/machine-harness.ts';
import { aJourney, aSend } from '../journey-examples.ts';
import { day, midnight, running } from '../execution-harness.ts';

const Done = { kind: 'exit' };
const after = (days: number): string => new Date(Date.parse(midnight) + days * day * 1_000).toISOString();
const said = (outcome: string) => ({ kind: 'exit', outcome });
const journey = (Hello: object, more: Record<string, unknown> = {}) => aJourney({ steps: { Hello, Done, ...more } });

const awaiting = {
  kind: 'waitForEvent',
  on: { event: 'Bought' },
  or: [
    { on: { event: 'Seen' }, next: 'Looked' },
    { on: { event: 'Returned' }, next: 'Back' },
  ],
  as: 'act',
  timeout: '2d',
  next: 'Say',
  onTimeout: 'Over',
};
const ways = { Say: aSend(), Looked: said('looked'), Back: said('back'), Over: said('over') };

test('of competing waits the one that was met leads on', async () => {
  const metBy = async (output: unknown) => {
    const run = await running(journey(awaiting, ways));
    await run.resume(output);
    return run.end();
  };
  expect(await metBy({ way: 1, touchpoint: { name: 'Seen' } })).toMatchObject({ outcome: 'looked' });
  expect(await metBy({ way: 2, touchpoint: { name: 'Returned' } })).toMatchObject({ outcome: 'back' });
  expect(await metBy({ way: 0, touchpoint: { name: 'Bought' } })).toMatchObject({ outcome: 'completed' });
});

test('the touchpoint that came is told to later steps', async () => {
  const run = await running(journey(awaiting, ways));
  await run.resume({ way: 0, touchpoint: { name: 'Bought', properties: { total: 12 } } });
  expect(run.calls.at(-1)).toMatchObject({
    stepId: 'Say',
    vars: { act: { name: 'Bought', properties: { total: 12 } } },
  });
});

test('nothing that came in time is the time-out’s way', async () => {
  const run = await running(journey(awaiting, ways));
  await run.advance(2 * day);
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'over' });
});

const tried = {
  kind: 'experiment',
  salt: 's',
  variants: [
    { id: 'a', weight: 1, next: 'A' },
    { id: 'b', weight: 1, next: 'B' },
  ],
  goal: { event: 'Bought' },
  window: '7d',
};

test('an experiment leads where its variant does, and the holdout past them', async () => {
  const steps = { A: said('a'), B: said('b') };
  const taken = async (variant: number, Hello: object, more = {}) =>
    (await running(aJourney({ steps: { Hello, ...steps, ...more } }), { assign: () => ({ variant }) })).end();
  expect(await taken(0, tried)).toMatchObject({ outcome: 'a' });
  expect(await taken(1, tried)).toMatchObject({ outcome: 'b' });
  const held = { ...tried, holdout: { weight: 1, next: 'None' } };
  expect(await taken(1, held, { None: said('none') })).toMatchObject({ outcome: 'b' });
  expect(await taken(-1, held, { None: said('none') })).toMatchObject({ outcome: 'none' });
});

test('a webhook’s answer is kept under its name, and nothing else of it', async () => {
  const hook = { kind: 'webhook', url: 'https://example.com', as: 'crm', next: 'Say' };
  const run = await running(journey(hook, { Say: aSend() }), {
    webhook: () => ({ status: 201, body: { id: 'lead-1' }, because: { took: 12 } }),
  });
  expect(run.calls.at(-1)?.vars).toEqual({ crm: { status: 201, body: { id: 'lead-1' } } });
});

test('a pause takes nothing away of what an earlier round has found out', async () => {
  const retry = { attempts: 0, interval: '1m' };
  const Hook = { kind: 'webhook', url: 'https://example.com', as: 'crm', retry, next: 'Again' };
  const Again = { kind: 'goTo', to: 'Hello', limit: 1, next: 'Say' };
  const answers = [{ status: 200, body: 'ok' }, { gate: 'hold' }];
  const run = await running(journey({ kind: 'wait', for: '1h', next: 'Hook' }, { Hook, Again, Say: aSend() }), {
    webhook: () => {
      const answer = answers.shift();
      if (!answer) throw functionError('Unavailable');
      return answer;
    },
  });
  await run.advance(2 * 3_600);
  expect(run.calls.at(-1)?.step.kind).toBe('hold');
  await run.resume({});
  expect(run.calls.at(-1)).toMatchObject({ stepId: 'Say', vars: { crm: { status: 200, body: 'ok' } } });
});

test('what a decision was based on is for the trace alone', async () => {
  const decide = { kind: 'decide', placement: 'home', next: 'Say' };
  const run = await running(journey(decide, { Say: aSend() }), { decide: () => ({ id: 'o', because: { rev: 3 } }) });
  expect(run.calls.at(-1)?.vars).toEqual({ offer: { id: 'o' } });
});

test('a step that fails is tried as often as it says, then leads to its error path', async () => {
  const retry = { attempts: 2, interval: '1h' };
  const hook = { kind: 'webhook', url: 'https://example.com', retry, onError: 'Sorry', next: 'Done' };
  const run = await running(journey(hook, { Sorry: said('sorry') }), {
    webhook: () => {
      throw functionError('Unavailable');
    },
  });
  await run.advance(4 * 3_600);
  expect(run.visited()).toEqual(['Hello', 'Hello', 'Hello']);
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'sorry' });
});

const refused = (): never => {
  const { name, message } = new ThroughlineError('tooLarge', 'write.collection-full');
  throw functionError(name, message);
};

test('a step whose write DynamoDB will never take leads to its error path after one try', async () => {
  const mark = { kind: 'updateProfile', traits: { a: 1 }, onError: 'Sorry', next: 'Done' };
  const run = await running(journey(mark, { Sorry: said('sorry') }), { update: refused });
  await run.advance(3_600);
  expect(run.visited()).toEqual(['Hello']);
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'sorry' });
});

test('a wait that DynamoDB will never take fails the journey after one try', async () => {
  const wait = { kind: 'waitForEvent', on: { event: 'Seen' }, timeout: '2d', next: 'Done', onTimeout: 'Done' };
  const run = await running(journey(wait), { wait: refused });
  await run.advance(3_600);
  expect(run.visited()).toEqual(['Hello']);
  expect(run.end()).toEqual({ status: 'FAILED' });
});

test('a goTo leads back up to its limit, and each round is another visit', async () => {
  const goTo = { kind: 'goTo', to: 'Hello', limit: 2, next: 'Done' };
  const run = await running(journey(aSend({ next: 'Again' }), { Again: goTo }));
  expect(run.calls.map(({ stepId, occurrence }) => [stepId, occurrence])).toEqual([
    ['Hello', 0],
    ['Hello', 1],
    ['Hello', 2],
  ]);
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'completed' });
});

test('whoever came when the journey was full sets out later', async () => {
  const entry = { triggers: [{ api: true }], throttle: { max: 1, within: '1h' } };
  const run = await running(aJourney({ entry }), {}, { run: { ...firstRun, notBefore: after(1) } });
  await run.advance(day - 1);
  expect(run.visited()).toEqual([]);
  await run.advance(1);
  expect(run.visited()).toEqual(['Hello']);
});

test('later legs of a throttled journey set out at once', async () => {
  const entry = { triggers: [{ api: true }], throttle: { max: 1, within: '1h' } };
  const steps = { Hello: { kind: 'wait', for: '45d', next: 'Say' }, Say: aSend(), Done };
  const run = { ...firstRun, notBefore: after(1) };
  const first = await running(aJourney({ entry, steps }), {}, { run });
  expect(first.visited()).toEqual([]);
  await first.advance(day);
  expect(first.visited()).toEqual(['Hello']);
  const later = await running(aJourney({ entry, steps }), {}, { run: { ...run, leg: 1, at: 'Say' } });
  expect(later.visited()).toEqual(['Say']);
});
