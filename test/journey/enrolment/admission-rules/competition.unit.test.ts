import { expect, test } from 'vitest';
import { checkCompetition, competingEnrolments } from '#lib/journey/enrolment/admission-rules/competition.ts';
import { aProfile, start } from '../../journey-examples.ts';
import { anAdmissionInput } from '../admission-input-example.ts';

const enrolled = (id: string, group?: string, priority = 10) => ({
  [`of-${id}`]: { journeyId: id, version: 1, since: start, ...(group && { competes: { group, priority } }) },
});
const profile = aProfile({
  journeys: { ...enrolled('care', 'care'), ...enrolled('other', 'other', 90), ...enrolled('free') },
});
const competing = (priority: number, group = 'care') =>
  anAdmissionInput({ competition: { group, priority } }, { profile });

const rows: [string, ReturnType<typeof anAdmissionInput>, object | undefined][] = [
  ['no group', anAdmissionInput({}, { profile }), undefined],
  ['a lower priority', competing(9), { reason: 'outranked', because: { by: 'care', priority: 10 } }],
  ['the same priority', competing(10), { reason: 'outranked', because: { by: 'care', priority: 10 } }],
  ['a higher priority', competing(11), undefined],
  ['a group of its own', competing(0, 'alone'), undefined],
];

test.each(rows)('competition: %s', (_, input, rejection) => {
  expect(checkCompetition(input)).toEqual(rejection);
});

test('the competing enrolments are those of the group', () => {
  expect(competingEnrolments(competing(11).definition, profile)).toEqual([
    { enrolmentId: 'of-care', journeyId: 'care', priority: 10 },
  ]);
  expect(competingEnrolments(anAdmissionInput().definition, profile)).toEqual([]);
});
