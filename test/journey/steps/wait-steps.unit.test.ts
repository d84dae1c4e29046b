import { expect, test } from 'vitest';
import { firstRun } from '#lib/journey/enrolment/execution-input.ts';
import { aJourney, aSend } from '../journey-examples.ts';
import { day, midnight, running } from '../execution-harness.ts';

const Done = { kind: 'exit' };
const after = (days: number): string => new Date(Date.parse(midnight) + days * day * 1_000).toISOString();
const said = (outcome: string) => ({ kind: 'exit', outcome });
const journey = (Hello: object, more: Record<string, unknown> = {}) => aJourney({ steps: { Hello, Done, ...more } });

test('a wait lasts for its time, until its date, or as long as was drawn', async () => {
  const lasts = async (wait: object, bucket = 0): Promise<number> => {
    const run = await running(journey({ kind: 'wait', ...wait, next: 'Done' }), {}, { splits: { Hello: bucket } });
    for (let hours = 0; hours <= 240; hours++) {
      if (run.end().status === 'SUCCEEDED') return hours;
      await run.advance(3_600);
    }
    return Infinity;
  };
  expect(await lasts({ for: '3h' })).toBe(3);
  expect(await lasts({ between: ['1d', '3d'] }, 0)).toBe(24);
  expect(await lasts({ between: ['3d', '1d'] }, 5_000)).toBe(48);
  expect(await lasts({ between: ['1d', '3d'] }, 9_999)).toBe(72); // but for a quarter of a minute
});

const dated = { kind: 'wait', untilTrait: { trait: 'renewsAt' }, next: 'Done', onMissing: 'Unknown' };

test('a time that depends on the customer is asked for, and waited for', async () => {
  const run = await running(journey(dated, { Unknown: said('unknown') }), { wait: () => ({ until: after(2) }) });
  await run.advance(2 * day - 1);
  expect(run.end()).toEqual({ status: 'RUNNING' });
  await run.advance(1);
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'completed' });
});

test('a date is waited for, or parked, without asking anybody', async () => {
  const Hello = { kind: 'wait', until: after(20), next: 'Done' };
  const run = await running(journey(Hello));
  await run.advance(20 * day - 1);
  expect(run.end()).toEqual({ status: 'RUNNING' });
  await run.advance(1);
  expect(run.end()).toMatchObject({ outcome: 'completed' });
  expect(run.calls).toEqual([]);
  const far = await running(journey({ ...Hello, until: after(31) }));
  expect(far.calls).toMatchObject([{ stepId: 'Hello', until: after(31), at: 'Done' }]);
});

const weekly = { kind: 'wait', untilLocal: { time: '10:00', weekdays: ['mon'] }, next: 'Done' };

test('a time of day is waited for at the cost of two transitions', async () => {
  const run = await running(journey({ ...weekly, untilLocal: { time: '10:00' } }), {
    wait: () => ({ until: after(1) }),
  });
  await run.advance(day - 1);
  expect(run.end()).toEqual({ status: 'RUNNING' });
  await run.advance(1);
  expect(run.transitions()).toBe(3); // and the exit
});

test('a weekday within a day costs three transitions', async () => {
  const run = await running(journey(weekly), { wait: () => ({ until: after(1) }) });
  await run.advance(day);
  expect(run.end()).toMatchObject({ status: 'SUCCEEDED' });
  expect(run.transitions()).toBe(4); // and the exit
});

test('a weekday further away is computed again a day before, from when the step was entered', async () => {
  const hour = 1 / 24;
  const answers = [{ until: after(4), ahead: after(3) }, { until: after(4 - hour) }];
  const run = await running(journey(weekly), { wait: () => answers.shift() });
  await run.advance(3 * day - 1);
  expect(run.calls).toHaveLength(1);
  await run.advance(1);
  expect(run.calls[1]).toMatchObject({ stepId: 'Hello', occurrence: 0, since: midnight, enteredAt: after(3) });
  await run.advance(day - 3_601);
  expect(run.end()).toEqual({ status: 'RUNNING' });
  await run.advance(1);
  expect(run.end()).toMatchObject({ status: 'SUCCEEDED' });
  expect(run.transitions()).toBe(6); // and the exit
});

test("a trait's time is computed again a day before, as long as it moves", async () => {
  const answers = [{ until: after(4), ahead: after(3) }, { until: after(9), ahead: after(8) }, { until: after(8.5) }];
  const run = await running(journey(dated, { Unknown: said('unknown') }), { wait: () => answers.shift() });
  await run.advance(8.5 * day - 1);
  expect(run.end()).toEqual({ status: 'RUNNING' });
  await run.advance(1);
  expect(run.end()).toMatchObject({ outcome: 'completed' });
  expect(run.calls).toHaveLength(3);
});

test('a trait that is gone a day before its time leads to onMissing', async () => {
  const answers = [{ until: after(4), ahead: after(3) }, { missing: true }];
  const run = await running(journey(dated, { Unknown: said('unknown') }), { wait: () => answers.shift() });
  await run.advance(3 * day);
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'unknown' });
});

test('a time gone by is not waited for', async () => {
  const run = await running(journey(dated, { Unknown: said('unknown') }), { wait: () => ({ until: after(-2) }) });
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'completed' });
});

test('where the trait is missing, onMissing leads on', async () => {
  const run = await running(journey(dated, { Unknown: said('unknown') }), { wait: () => ({ missing: true }) });
  expect(run.end()).toEqual({ status: 'SUCCEEDED', outcome: 'unknown' });
});

test('a long wait ends the execution, and another begins at the next step', async () => {
  const definition = journey({ kind: 'wait', for: '45d', next: 'Say' }, { Say: aSend() });
  const run = await running(definition);
  expect(run.calls).toMatchObject([{ stepId: 'Hello', until: after(45), at: 'Say', enrolment: { run: { leg: 0 } } }]);
  expect(run.end()).toEqual({ status: 'SUCCEEDED', handedOver: true });
  const next = await running(definition, {}, { run: { ...firstRun, leg: 1, at: 'Say' } });
  expect(next.visited()).toEqual(['Say']);
  expect(next.end()).toEqual({ status: 'SUCCEEDED', outcome: 'completed' });
});

test('a date far away is parked until a day before, and computed again; one nearby is not', async () => {
  const parked = async (days: number, parkAfter = '30d') => {
    const ahead = days > 1 && { ahead: after(days - 1) };
    const definition = { ...journey(dated, { Unknown: Done }), parkAfter };
    const run = await running(definition, { wait: () => ({ until: after(days), ...ahead }) });
    return run.calls.slice(1).map(({ until, at }) => ({ until, at }));
  };
  expect(await parked(31)).toEqual([{ until: after(30), at: 'Hello' }]);
  expect(await parked(29)).toEqual([]);
  expect(await parked(2, '2h')).toEqual([{ until: after(1), at: 'Hello' }]);
  expect(await parked(1, '2h')).toEqual([{ until: after(1), at: 'Done' }]);
});
