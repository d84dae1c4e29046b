import { expect, test } from 'vitest';
import { deployedJourneyRecord } from '../../../lib/journey/publishing/journey-record.ts';
import { findExperiment, setWinner } from '../../../lib/journey/publishing/set-winner.ts';
import { aJourney, start } from '../journey-examples.ts';
import { tested } from '../validation/validation-examples.ts';

const journey = aJourney({ steps: tested() });
const record = deployedJourneyRecord(journey);
const chosen = { stepId: 'Hello', salt: 's', variant: 'short' };
const later = '2026-03-03T10:00:00.000Z';

test('a winner is set, kept on a retry, replaced and removed', () => {
  const won = setWinner(record, chosen, start);
  expect(won.winners).toEqual({ Hello: { variant: 'short', salt: 's', by: 'manual', at: start } });
  expect(setWinner(won, chosen, later)).toBe(won);
  expect(setWinner(won, { ...chosen, salt: 'other' }, later).winners.Hello).toMatchObject({ salt: 'other', at: later });
  expect(setWinner(won, { ...chosen, variant: 'long' }, later).winners.Hello?.variant).toBe('long');
  expect(setWinner(won, { ...chosen, variant: null }, later).winners).toEqual({});
  expect(setWinner(record, { ...chosen, variant: null }, later)).toBe(record);
});

test('winners of other steps stay', () => {
  const both = setWinner(setWinner(record, chosen, start), { ...chosen, stepId: 'Other' }, start);
  expect(Object.keys(setWinner(both, { ...chosen, variant: null }, later).winners)).toEqual(['Other']);
});

test('the experiment is looked for in every routed version, and has the variant', () => {
  const request = { journeyId: 'welcome', variant: 'short' };
  expect(
    findExperiment([aJourney({ steps: { Done: { kind: 'exit' } }, start: 'Done' }), journey], 'Hello', request).salt,
  ).toBe('s');
  expect(findExperiment([journey], 'Hello', { ...request, variant: null }).salt).toBe('s');
  expect(() => findExperiment([journey], 'Hello', { ...request, variant: 'none' })).toThrow('journey.unknown-variant');
  expect(() => findExperiment([aJourney()], 'Hello', request)).toThrow('journey.unknown-experiment');
});
