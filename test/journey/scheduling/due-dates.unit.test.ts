import { expect, test } from 'vitest';
import { triggerId } from '#lib/journey/scheduling/date-entries.ts';
import { decideDueDate, recomputeDate } from '#lib/journey/scheduling/due-dates.ts';
import { Workspace } from '#lib/model/workspace.ts';
import { addMs, dayMs } from '#lib/shared/time.ts';
import { liveAs } from '../../projection/projector-harness.ts';
import { aJourney, aProfile, dated, mina } from '../journey-examples.ts';

const rule = { trait: 'birthday', at: '09:00', every: 'year' as const };
const nine = '2026-03-03T09:00:00.000Z';
const nextYear = '2027-03-03T09:00:00.000Z';
const live = liveAs(aJourney({ entry: { triggers: [{ date: rule }] } }));
const since = addMs(nine, -dayMs / 2);
const context = {
  settings: Workspace.parse({ id: 'acme', name: 'Acme' }),
  live: [{ ...live, record: { ...live.record, since } }],
  now: nine,
};
const due = { customer: mina, journeyId: 'welcome', trigger: triggerId(rule), at: nine };
const born = (birthday: string) => ({ profile: aProfile({ traits: dated({ birthday }) }), rev: 1 });
const merged = { profile: { ...born('1990-03-03').profile, customer: 'u:other' }, rev: 1 };

const rows: [string, Parameters<typeof decideDueDate>, { at?: string; next: string | undefined }][] = [
  ['a date that has come', [due, born('1990-03-03'), context], { at: nine, next: nextYear }],
  ['a date that moved on', [due, born('1990-03-04'), context], { next: '2026-03-04T09:00:00.000Z' }],
  [
    'a date from before the journey was live',
    [due, born('1990-03-03'), { ...context, now: addMs(nine, dayMs * 2) }],
    { next: nextYear },
  ],
  ['a trait that is no date any more', [due, born('soon'), context], { next: undefined }],
  ['an unknown customer', [due, undefined, context], { next: undefined }],
  ['an identity that was merged', [due, merged, context], { next: undefined }],
  ['a trigger that is gone', [{ ...due, trigger: 'other' }, born('1990-03-03'), context], { next: undefined }],
  ['a journey that is closed', [due, born('1990-03-03'), { ...context, live: [] }], { next: undefined }],
];

test.each(rows)('%s', (_, given, { at, next }) => {
  const decision = decideDueDate(...given);
  expect(decision).toMatchObject({ due: given[0], next });
  expect(decision.request?.detail.occurredAt).toBe(at);
});

test('the request names day and trait, under an id of customer and day', () => {
  const { request } = decideDueDate(due, born('1990-03-03'), context);
  const again = decideDueDate(due, born('1990-03-03'), { ...context, now: addMs(nine, 60_000) });
  expect(request).toMatchObject({
    name: 'EntryTriggered',
    detail: {
      ...mina,
      customerId: 'mina',
      journeyId: 'welcome',
      cause: { name: 'Date Came', at: nine, properties: { date: '2026-03-03', birthday: '1990-03-03' } },
    },
  });
  expect(again.request?.detail.id).toBe(request?.detail.id);
});

const stored: [string, string, string, string | undefined][] = [
  ['the same day', '1990-03-03', nine, nine],
  ['a shift of hours by new zone data', '1990-03-03', addMs(nine, 3_600_000), nine],
  ['another day', '1990-03-05', nine, '2026-03-05T09:00:00.000Z'],
  ['no date', 'soon', nine, undefined],
];

test.each(stored)('a stored date, recomputed: %s', (...[, birthday, at, recomputed]) => {
  expect(recomputeDate({ ...due, at }, born(birthday), context)).toBe(recomputed);
});
