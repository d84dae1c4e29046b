import { expect, test } from 'vitest';
import { findExperiment } from '#lib/journey/insight/running-experiment.ts';
import {
  currentRecord,
  currentRecords,
  deployedJourneyRecord,
  setWinner,
} from '#lib/journey/publishing/journey-record.ts';
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

const row = (journeyId: string, more: object = {}) => {
  const { rev: _rev, ...stored } = { ...record, journeyId, ...more };
  return { pk: '', sk: '', rev: 4, doc: JSON.stringify(stored) };
};

test('a journey without a row is as deployed, and one with a row routes to the deployed version', () => {
  expect(currentRecord(undefined, undefined)).toBeUndefined();
  expect(currentRecord(undefined, journey)).toEqual(record);
  const newer = currentRecord(row('welcome', { state: 'closed' }), aJourney({ version: 3 }));
  expect(newer).toMatchObject({ rev: 4, state: 'closed', routes: [{ version: 3, weight: 100 }] });
});

test('all journeys are listed by id, each once', () => {
  const deployed = new Map([journey, aJourney({ id: 'another' })].map((one) => [one.id, one]));
  const records = currentRecords([row('welcome'), row('own', { deployed: undefined })], deployed);
  expect(records.map(({ journeyId, rev }) => [journeyId, rev])).toEqual([
    ['another', 0],
    ['own', 4],
    ['welcome', 4],
  ]);
});
