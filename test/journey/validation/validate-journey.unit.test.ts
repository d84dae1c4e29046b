import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { validateJourney } from '#lib/journey/validation/validate-journey.ts';
import { journeyTemplates } from '#lib/journey/publishing/journey-templates.ts';
import { deployedJourneys } from '#lib/journey/publishing/deployed-journeys.ts';
import { aJourney, aSend, aslFaults } from '../journey-examples.ts';

test.each([...deployedJourneys, ...journeyTemplates])('the journey $id has no fault', (definition) => {
  const journeys = [...deployedJourneys, ...journeyTemplates].map(({ id }) => id);
  expect(validateJourney(definition, { journeys, quietHours: { from: '21:00', to: '08:00' } })).toEqual([]);
  expect(aslFaults(definition)).toBe('');
});

test('each file of a journey is one of those that are shipped or ready', () => {
  const files = readdirSync(new URL('../../../events/journeys', import.meta.url));
  const ids = [...deployedJourneys, ...journeyTemplates].map(({ id }) => `${id}.json`);
  expect(files.sort()).toEqual(ids.sort());
  expect(ids).toHaveLength(12);
});

test('all faults are told at once, each with its place', () => {
  const faulty = aJourney({
    start: 'Greet',
    steps: {
      Hello: aSend({ next: 'Bye', onError: 'Sorry' }),
      Done: { kind: 'exit' },
    },
  });
  expect(validateJourney(faulty).map(({ code, place }) => [code, place])).toEqual([
    ['unknown-step', 'start'],
    ['unknown-step', 'steps.Hello.next'],
    ['unknown-step', 'steps.Hello.onError'],
    ['unreachable-step', 'steps.Hello'],
    ['unreachable-step', 'steps.Done'],
  ]);
});
