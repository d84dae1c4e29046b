import { expect, test } from 'vitest';
import { checkExclusion } from '#lib/journey/enrolment/admission-rules/exclusion.ts';
import { anAdmissionInput, anEntry } from '../admission-input-example.ts';

const rows: [string, object, string | undefined][] = [
  ['no predicate', {}, undefined],
  ['a predicate that matches', { exclude: { trait: 'firstName', is: 'Mina' } }, 'excluded'],
  ['a predicate that does not match', { exclude: { trait: 'firstName', is: 'Ada' } }, undefined],
];

test.each(rows)('exclusion by %s', (_, entry, reason) => {
  expect(checkExclusion(anAdmissionInput(anEntry(entry)))?.reason).toBe(reason);
});
