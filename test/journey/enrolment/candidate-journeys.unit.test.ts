import { expect, test } from 'vitest';
import { findCandidateJourneys, journeysTriggeredBy } from '#lib/journey/enrolment/candidate-journeys.ts';
import { type EntryEvent } from '#lib/journey/enrolment/entry-request.ts';
import { deployedJourneys } from '#lib/journey/publishing/deployed-journeys.ts';
import { aJourney, mina, start } from '../journey-examples.ts';

const detail = { id: 'event-1', ...mina, customerId: 'mina', occurredAt: start };
const risk = (band: 'low' | 'high') => ({ score: 80, band, reasons: [], assessedAt: start });
const cause = (name: string, properties = {}) => ({ messageId: 'm1', name, at: start, properties });

const events: [string, EntryEvent, string[]][] = [
  [
    'acquisition',
    { name: 'StageEntered', detail: { ...detail, stage: 'acquisition', rule: 'acquisition' } },
    ['onboarding'],
  ],
  ['another stage', { name: 'StageEntered', detail: { ...detail, stage: 'loyalty', rule: 'loyalty' } }, []],
  ['a high risk', { name: 'ChurnRiskChanged', detail: { ...detail, risk: risk('high') } }, ['retention']],
  ['a low risk', { name: 'ChurnRiskChanged', detail: { ...detail, risk: risk('low') } }, []],
  ['two weeks of silence', { name: 'CustomerSilent', detail: { ...detail, for: '14d', since: start } }, ['retention']],
  ['a month of silence', { name: 'CustomerSilent', detail: { ...detail, for: '30d', since: start } }, []],
  ['a segment joined, which triggers none', { name: 'SegmentJoined', detail: { ...detail, segment: 'vip' } }, []],
  [
    'a touchpoint',
    { name: 'EntryTriggered', detail: { ...detail, journeyId: 'onboarding', cause: cause('Signed Up') } },
    ['onboarding'],
  ],
];

test.each(events)('%s requests entry to the journeys that it triggers', (_, event, ids) => {
  expect(journeysTriggeredBy(deployedJourneys, event).map(({ id }) => id)).toEqual(ids);
});

const touchpoint = { messageId: 'm1', name: 'Signed Up', at: start };
const trigger = {
  stage: { stageEntered: ['trial'] },
  segment: { segmentJoined: ['vip'] },
  band: { churnBand: ['high'] },
  silence: { silentFor: '14d' },
} as const;
const stage = { stage: 'trial', rule: 'trial' };

const rows: [string, EntryEvent, string[]][] = [
  ['the stage', { name: 'StageEntered', detail: { ...detail, ...stage } }, ['stage']],
  ['the stage, by a touchpoint', { name: 'StageEntered', detail: { ...detail, ...stage, touchpoint } }, []],
  ['the segment', { name: 'SegmentJoined', detail: { ...detail, segment: 'vip' } }, ['segment']],
  ['the segment, by a touchpoint', { name: 'SegmentJoined', detail: { ...detail, segment: 'vip', touchpoint } }, []],
  ['the segment, when defined', { name: 'SegmentJoined', detail: { ...detail, segment: 'vip', filled: true } }, []],
  ['the band', { name: 'ChurnRiskChanged', detail: { ...detail, risk: risk('high') } }, ['band']],
  ['the silence', { name: 'CustomerSilent', detail: { ...detail, for: '14d', since: start } }, ['silence']],
] as [string, EntryEvent, string[]][];

test.each(rows)('of one trigger of each kind, %s meets just its own', (_, event, ids) => {
  const journeys = Object.entries(trigger).map(([id, one]) => aJourney({ id, entry: { triggers: [one] } }));
  expect(journeysTriggeredBy(journeys, event).map(({ id }) => id)).toEqual(ids);
});

test('a request that names its journey reads no live journeys', async () => {
  const detailOf = { ...detail, journeyId: 'welcome', cause: cause('Signed Up') };
  const unread = { live: () => Promise.reject(new Error('read')) };
  expect(await findCandidateJourneys(unread, { name: 'EntryTriggered', detail: detailOf })).toEqual(['welcome']);
});
