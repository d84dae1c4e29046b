import { expect, test } from 'vitest';
import { summariseJourney, summariseVersions, viewJourney } from '#lib/journey/insight/summarise-journeys.ts';
import { deployedJourneyRecord } from '#lib/journey/publishing/journey-record.ts';
import { aJourney, start } from '../journey-examples.ts';

const journey = aJourney();
const record = { ...deployedJourneyRecord(journey), rev: 3, since: start };
const published = { version: 1, definition: journey, arn: '' };
const { version: _version, ...definition } = aJourney({ name: { en: 'Draft', ko: '초안' } });
const draft = { draft: definition, rev: 2, savedAt: start };

test.each([
  ['published', { record, published, draft }, { state: 'live', version: 1, name: journey.name }],
  ['published, but unfinished', { record, draft }, { state: 'live', version: 1, name: definition.name }],
  ['a draft only', { draft }, { state: 'draft', name: definition.name }],
])('a journey is listed: %s', (_, stored, summary) => {
  expect(summariseJourney('welcome', stored)).toEqual({ journeyId: 'welcome', ...summary });
});

test('a journey without a known name is not listed, and is shown under its id', () => {
  expect(summariseJourney('welcome', { record })).toBeUndefined();
  expect(viewJourney('welcome', { record }).name).toEqual({ en: 'welcome', ko: 'welcome' });
});

test('a draft alone is shown without what only a publication has', () => {
  expect(viewJourney('welcome', { draft })).toEqual({
    journeyId: 'welcome',
    name: definition.name,
    state: 'draft',
    routes: [],
    winners: {},
    migrations: [],
    draft: { definition, savedAt: start, etag: '"2"' },
  });
});

test('a deployed journey that was never changed has no time of a change', () => {
  expect(viewJourney('welcome', { record, published }).since).toBe(start);
  expect(viewJourney('welcome', { record: { ...record, rev: 0 }, published })).not.toHaveProperty('since');
});

const row = (version: number, publishedAt?: string) => ({
  version,
  definition: { ...journey, version },
  fingerprint: '',
  resumeAt: [],
  ...(publishedAt !== undefined && { publishedAt }),
});

test('the deployed version is listed among the workspace’s own, by number, with its share', () => {
  const rows = [row(3), row(1, start)];
  expect(summariseVersions(record, rows, aJourney({ version: 2 }))).toEqual([
    { version: 3, weight: 0, status: 'unfinished' },
    { version: 2, weight: 0, status: 'deployed' },
    { version: 1, weight: 100, status: 'published', publishedAt: start },
  ]);
  expect(summariseVersions(record, rows, journey).map(({ status }) => status)).toEqual(['unfinished', 'published']);
  expect(summariseVersions(undefined, [], undefined)).toEqual([]);
});
