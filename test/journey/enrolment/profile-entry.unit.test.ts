import { expect, test } from 'vitest';
import { type EntryAdmission, decideAdmission } from '#lib/journey/enrolment/admission.ts';
import { type AdmissionInput } from '#lib/journey/enrolment/admission-rules/admission-input.ts';
import { admitToProfile } from '#lib/journey/enrolment/profile-entry.ts';
import { addMs, dayMs } from '#lib/shared/time.ts';
import { aProfile, start } from '../journey-examples.ts';
import { anAdmissionInput } from './admission-input-example.ts';

const competes = (priority: number) => ({ group: 'care', priority });
const goal = { on: { event: 'Activated' }, window: '7d' };

function admit(journey: object = {}, more: Partial<AdmissionInput> = {}) {
  const input = anAdmissionInput(journey, more);
  return admitToProfile(input.profile, decideAdmission(input) as EntryAdmission); // no rule rejects it
}

test('the profile has the enrolment with the criteria that end it, and the goal', () => {
  const profile = admit({ goal, competition: competes(5) });
  expect(profile.journeys).toEqual({
    e2: { journeyId: 'welcome', version: 1, since: start, exit: { event: 'Order Completed' }, competes: competes(5) },
  });
  const names = { enrolmentId: 'e2', journeyId: 'welcome', version: 1 };
  expect(profile.goals).toEqual({ e2: { ...names, on: goal.on, since: start, until: addMs(start, 7 * dayMs) } });
});

test('a journey without exit, goal or group adds none', () => {
  const profile = admit({ exit: undefined });
  expect(profile.journeys).toEqual({ e2: { journeyId: 'welcome', version: 1, since: start } });
  expect(profile.goals).toEqual({});
});

test('a test person opens no goal', () => {
  const request = { ...anAdmissionInput().request, test: true };
  expect(admit({ goal }, { request }).goals).toEqual({});
});

const times: [string, number, number][] = [
  ['before now', -5_000, -5_000],
  ['after now, by a clock that is ahead', 5_000, 0],
];

test.each(times)('the enrolment counts from a trigger %s', (_, late, since) => {
  const request = { ...anAdmissionInput().request, at: addMs(start, late) };
  expect(admit({}, { request }).journeys.e2?.since).toBe(addMs(start, since));
});

test('outranked enrolments leave the profile with their waits, others stay', () => {
  const wait = (enrolmentId: string) => ({ enrolmentId, on: { event: 'Seen' }, since: start, until: start });
  const enrolled = (journeyId: string) => ({ journeyId, version: 1, since: start });
  const profile = aProfile({
    journeys: { low: { ...enrolled('low'), competes: competes(1) }, other: enrolled('other') },
    waits: { w1: wait('low'), w2: wait('other') },
  });
  const admitted = admit({ competition: competes(5) }, { profile });
  expect(Object.keys(admitted.journeys)).toEqual(['other', 'e2']);
  expect(Object.keys(admitted.waits)).toEqual(['w2']);
});
