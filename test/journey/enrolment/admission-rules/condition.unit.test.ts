import { expect, test } from 'vitest';
import { checkCondition } from '#lib/journey/enrolment/admission-rules/condition.ts';
import { anAdmissionInput, anEntry } from '../admission-input-example.ts';

const rows: [string, object, string | undefined][] = [
  ['none', {}, undefined],
  ['one that matches', { condition: { trait: 'firstName', is: 'Mina' } }, undefined],
  ['one that does not match', { condition: { stage: ['trial'] } }, 'condition-not-met'],
];

test.each(rows)('entry condition: %s', (_, entry, reason) => {
  expect(checkCondition(anAdmissionInput(anEntry(entry)))?.reason).toBe(reason);
});
