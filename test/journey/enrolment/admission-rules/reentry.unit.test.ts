import { expect, test } from 'vitest';
import { checkReentry } from '#lib/journey/enrolment/admission-rules/reentry.ts';
import { type EntrySlot } from '#lib/journey/enrolment/entry-request.ts';
import { addMs, dayMs } from '#lib/shared/time.ts';
import { start } from '../../journey-examples.ts';
import { anAdmissionInput, anEntry } from '../admission-input-example.ts';

const lastEntered = addMs(start, -dayMs);
const slot = (more: Partial<EntrySlot> = {}): EntrySlot => ({ lastEntered, entries: 1, ...more });

const rows: [string, unknown, EntrySlot | undefined, object | undefined][] = [
  ['the first entry', 'never', undefined, undefined],
  ['a slot without entries', 'never', slot({ entries: 0 }), undefined],
  [
    'an enrolled customer',
    'always',
    slot({ active: 'e0' }),
    { reason: 'already-inside', because: { enrolmentId: 'e0', lastEntered } },
  ],
  ['again, by "never"', 'never', slot(), { reason: 'entered-before', because: { entries: 1, lastEntered } }],
  ['again, by "always"', 'always', slot(), undefined],
  ['too soon', { after: '2d' }, slot(), { reason: 'entered-lately', because: { lastEntered } }],
  ['after just as long', { after: '1d' }, slot(), undefined],
  [
    'once too often',
    { atMost: 2 },
    slot({ entries: 2 }),
    { reason: 'entered-enough', because: { entries: 2, lastEntered } },
  ],
  ['one time less', { atMost: 2 }, slot(), undefined],
];

test.each(rows)('re-entry: %s', (...[, reentry, before, rejection]) => {
  expect(checkReentry(anAdmissionInput(anEntry({ reentry }), { slot: before }))).toEqual(rejection);
});
