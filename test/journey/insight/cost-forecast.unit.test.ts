import { expect, test } from 'vitest';
import { estimateVisits } from '#lib/journey/insight/expected-visits.ts';
import { maxOpenEnrolments, forecastJourney } from '#lib/journey/insight/cost-forecast.ts';
import { journeyTemplates } from '#lib/journey/publishing/journey-templates.ts';
import { deployedJourneys } from '#lib/journey/publishing/deployed-journeys.ts';
import { aJourney, aSend } from '../journey-examples.ts';

const Done = { kind: 'exit' };
const again = (limit: number, to = 'Hello', next = 'Done') => ({ kind: 'goTo', to, limit, next });

/** Visits of one entry, rounded. */
const visits = (steps: Record<string, unknown>) =>
  Object.fromEntries(
    [...estimateVisits(aJourney({ steps }))].map(([id, n]) => [id, Math.round(n * 1_000) / 1_000] as const),
  );

test('ways are taken by their weights', () => {
  const paths = [
    { weight: 3, next: 'Say' },
    { weight: 1, next: 'Done' },
  ];
  expect(visits({ Hello: { kind: 'randomSplit', salt: 's', paths }, Say: aSend(), Done })).toEqual({
    Hello: 1,
    Say: 0.75,
    Done: 1,
  });
});

test('a loop is gone through to its limit', () => {
  expect(visits({ Hello: aSend({ next: 'Again' }), Again: again(3), Done })).toEqual({ Hello: 4, Again: 4, Done: 1 });
});

test('who leaves a loop makes no more rounds', () => {
  const branch = { kind: 'branch', cases: [{ when: { stage: ['trial'] }, next: 'Done' }], otherwise: 'Again' };
  expect(visits({ Hello: branch, Again: again(3), Done })).toEqual({
    Hello: 1.875, // 1 + 1/2 + 1/4 + 1/8
    Again: 0.938,
    Done: 1,
  });
});

test('the limit of a loop inside another is for both together', () => {
  const steps = { Hello: aSend({ next: 'In' }), In: again(2, 'Hello', 'Out'), Out: again(5), Done };
  expect(visits(steps)).toEqual({ Hello: 8, In: 8, Out: 6, Done: 1 });
});

test('two loops of a thousand rounds are reckoned with in no time', () => {
  const steps = { Hello: aSend({ next: 'In' }), In: again(1_000, 'Hello', 'Out'), Out: again(1_000), Done };
  expect(visits(steps).Hello).toBe(2_001);
});

test('transitions are those of the machine, and one for each execution', () => {
  const steps = {
    Hello: { kind: 'wait', for: '1d', next: 'Say' }, // 1
    Say: aSend(), // 2, or 5 when contact hours are in the way
    Done, // 1
  };
  expect(forecastJourney(aJourney({ steps }), 1).transitions).toEqual({ expected: 5, worst: 8 });
});

test('a parked wait has no execution open', () => {
  const waiting = (length: string) =>
    forecastJourney(aJourney({ steps: { Hello: { kind: 'wait', for: length, next: 'Done' }, Done } }), 100_000).open;
  expect(waiting('30d')).toMatchObject({ expected: 3_000_000, limit: maxOpenEnrolments, entriesPerDayAtLimit: 33_333 });
  expect(waiting('31d')).toMatchObject({ expected: 0, worst: 0 });
});

test('what has a price by country is named, not guessed', () => {
  const { usdPerThousand } = forecastJourney(aJourney({ steps: { Hello: aSend({ channel: 'sms' }), Done } }), 1);
  expect(usdPerThousand.unpriced).toEqual(['sms']);
});

test('a weekday and a trait over a day away are computed twice, a daily time once', () => {
  const waiting = (until: object) =>
    forecastJourney(aJourney({ steps: { Hello: { kind: 'wait', ...until, next: 'Done' }, Done } }), 1).transitions
      .expected;
  const entryAndEnd = 2;
  expect(waiting({ untilLocal: { time: '09:00' } }) - entryAndEnd).toBe(2);
  expect(waiting({ untilLocal: { time: '09:00', weekdays: ['mon'] } }) - entryAndEnd).toBe(5);
  expect(waiting({ untilTrait: { trait: 'renewsAt' } }) - entryAndEnd).toBe(6);
});

test.each([...deployedJourneys, ...journeyTemplates])('1,000 entries of $id cost about a dollar', (definition) => {
  const { usdPerThousand, transitions } = forecastJourney(definition, 1_000);
  const { total, stay, steps } = usdPerThousand;
  expect(total).toBeLessThan(definition.id === 'trial-ending' ? 1.03 : 1); // which computes two dates again
  expect(Object.values(steps).reduce((sum, usd) => sum + usd, stay)).toBeCloseTo(total);
  expect(transitions.worst).toBeGreaterThan(transitions.expected);
});
