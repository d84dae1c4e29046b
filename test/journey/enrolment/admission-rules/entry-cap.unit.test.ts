import { expect, test } from 'vitest';
import { checkCap } from '#lib/journey/enrolment/admission-rules/entry-cap.ts';
import { anAdmissionInput, anEntry } from '../admission-input-example.ts';

const capped = anEntry({ cap: { max: 3 } });
const { request } = anAdmissionInput();

const rows: [string, object, object, object | undefined][] = [
  ['no cap', {}, { counted: { entered: 9 } }, undefined],
  ['room for one', capped, { counted: { entered: 2 } }, undefined],
  ['no room', capped, { counted: { entered: 3 } }, { reason: 'cap-reached', because: { entered: 3 } }],
  ['no room, for a test person', capped, { counted: { entered: 3 }, request: { ...request, test: true } }, undefined],
];

test.each(rows)('cap: %s', (...[, journey, more, rejection]) => {
  expect(checkCap(anAdmissionInput(journey, more))).toEqual(rejection);
});
