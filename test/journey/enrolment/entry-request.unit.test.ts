import { expect, test } from 'vitest';
import {
  type EntryEvent,
  entryKeyFor,
  type EntrySlot,
  journeysTriggeredBy,
  toEntryRequest,
} from '../../../lib/journey/enrolment/entry-request.ts';
import { checkAdmission } from '../../../lib/journey/enrolment/admission.ts';
import { deployedJourneys } from '../../../lib/journey/publishing/deployed-journeys.ts';
import { type Profile } from '../../../lib/model/profile.ts';
import { aJourney, aProfile, mina, start } from '../journey-examples.ts';

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
  ['a segment joined by itself', { name: 'SegmentJoined', detail: { ...detail, segment: 'vip' } }, []],
  [
    'a touchpoint',
    { name: 'EntryTriggered', detail: { ...detail, journeyId: 'onboarding', cause: cause('Signed Up') } },
    ['onboarding'],
  ],
];

test.each(events)('%s knocks at the journeys it is a trigger of', (_, event, ids) => {
  expect(journeysTriggeredBy(deployedJourneys, event).map(({ id }) => id)).toEqual(ids);
});

test('an abandoned cart is no return, a purchase is', () => {
  const retention = deployedJourneys.find(({ id }) => id === 'retention')!;
  const since = (name: string) => [{ name, channel: 'web', properties: {} }];
  const knock = { definition: retention, workspace: {}, profile: aProfile(), slot: undefined, now: start };
  expect(checkAdmission({ ...knock, since: since('Cart Abandoned') })).toBeUndefined();
  expect(checkAdmission({ ...knock, since: [...since('Cart Abandoned'), ...since('Order Completed')] })?.reason).toBe(
    'exit-met',
  );
});

const slot = (more: Partial<EntrySlot> = {}): EntrySlot => ({
  lastEntered: '2026-03-01T10:00:00.000Z',
  entries: 1,
  ...more,
});
const entry = (more: object) => aJourney({ entry: { triggers: [{ touchpoint: { event: 'Signed Up' } }], ...more } });

const doors: [string, object, EntrySlot | undefined, string | undefined][] = [
  ['the first time', {}, undefined, undefined],
  ['while inside', { reentry: 'always' }, slot({ active: 'e0' }), 'already-inside'],
  ['again, where once is enough', { reentry: 'never' }, slot(), 'entered-before'],
  ['again, always', { reentry: 'always' }, slot(), undefined],
  ['again too soon', { reentry: { after: '2d' } }, slot(), 'entered-lately'],
  ['again after a while', { reentry: { after: '1d' } }, slot(), undefined],
  ['again, once too often', { reentry: { atMost: 2 } }, slot({ entries: 2 }), 'entered-enough'],
  ['again, while it may be', { reentry: { atMost: 2 } }, slot(), undefined],
  ['against the exclusion', { exclude: { trait: 'firstName', is: 'Mina' } }, undefined, 'excluded'],
  ['against the condition', { condition: { stage: ['trial'] } }, undefined, 'condition-not-met'],
];

test.each(doors)('%s', (...[, more, before, refusal]) => {
  const profile: Profile = aProfile();
  const judging = { definition: entry(more), workspace: {}, profile, slot: before, since: [], now: start };
  expect(checkAdmission(judging)?.reason).toBe(refusal);
});

test('an entry key makes one enrolment per value, whatever the value', () => {
  const keyed = entry({ key: 'order.id' });
  const key = (order: object) => entryKeyFor(keyed, { properties: { order: { ...order } } });
  expect(key({ id: 'o-1' })).toBe('o-1');
  expect(key({ id: 7 })).toBe('7');
  expect(key({ id: { a: 1 } })).toBeUndefined();
  expect(key({})).toBeUndefined();
  expect(key({ id: 'x'.repeat(5_000) })).toHaveLength(32);
  expect(entryKeyFor(entry({}), { properties: {} })).toBe('');
  // Half a character is no text that a table takes.
  const halves = ['a\ud800', 'b\ud800'].map((id) => key({ id }));
  expect(halves.every((half) => half?.isWellFormed())).toBe(true);
  expect(new Set(halves).size).toBe(2);
});

test('properties of a trigger that are too big stay behind', () => {
  const properties = { id: 'o-1', text: 'x'.repeat(5_000), total: 10 };
  const event: EntryEvent = {
    name: 'EntryTriggered',
    detail: { ...detail, journeyId: 'j', cause: cause('Order', properties) },
  };
  expect(toEntryRequest(event).properties).toEqual({ id: 'o-1', total: 10 });
});
