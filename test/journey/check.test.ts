import { expect, test } from 'vitest';
import { check } from '../../lib/journey/check.ts';
import { shippedJourneys } from '../../lib/journey/shipped.ts';
import { aJourney, aSend, aslFaults } from './given.ts';

test.each(shippedJourneys)('the shipped journey $id has no fault', (definition) => {
  expect(check(definition)).toEqual([]);
  expect(aslFaults(definition)).toBe('');
});

test('all faults are told at once, each with its place', () => {
  const faulty = aJourney({
    start: 'Greet',
    steps: {
      Hello: aSend({ next: 'Bye', onError: 'Sorry' }),
      Done: { kind: 'exit' },
    },
  });
  expect(check(faulty).map(({ code, place }) => [code, place])).toEqual([
    ['unknown-step', 'start'],
    ['unknown-step', 'steps.Hello.next'],
    ['unknown-step', 'steps.Hello.onError'],
    ['unreachable-step', 'steps.Hello'],
    ['unreachable-step', 'steps.Done'],
  ]);
});
