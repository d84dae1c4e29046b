import { expect, test } from 'vitest';
import { decideAdmission } from '#lib/journey/enrolment/admission.ts';
import { aProfile, start } from '../journey-examples.ts';
import { anAdmissionInput } from './admission-input-example.ts';

const enrolled = { journeyId: 'care', version: 1, since: start, competes: { group: 'care', priority: 9 } };

/** Every rule rejects this entry. Each change makes one rule less reject it. */
const changes: [string, object, object][] = [
  ['holdout', {}, {}],
  ['excluded', { holdout: undefined }, {}],
  ['already-inside', { entry: { exclude: undefined } }, {}],
  ['outranked', {}, { slot: undefined }],
  ['condition-not-met', { competition: { group: 'care', priority: 10 } }, {}],
  ['exit-met', { entry: { condition: undefined } }, {}],
  ['cap-reached', {}, { since: [] }],
  ['admitted', {}, { counted: { entered: 0 } }],
];

test('the rules are tested in this order, and the first that rejects gives the reason', () => {
  let entry: object = {
    triggers: [{ touchpoint: { event: 'Signed Up' } }],
    exclude: { trait: 'firstName', is: 'Mina' },
    condition: { trait: 'firstName', is: 'Ada' },
    cap: { max: 1 },
  };
  let journey: object = { holdout: { percent: 50, salt: 's' }, competition: { group: 'care', priority: 1 } };
  let more: object = {
    profile: aProfile({ journeys: { e1: enrolled } }),
    slot: { active: 'e0', lastEntered: start, entries: 1 },
    since: [{ name: 'Order Completed', channel: 'web', properties: {} }],
    counted: { entered: 1 },
  };
  const reasons = changes.map(([, changed, moreChanged]) => {
    entry = { ...entry, ...('entry' in changed ? (changed.entry as object) : {}) };
    journey = { ...journey, ...changed, entry };
    more = { ...more, ...moreChanged };
    const decision = decideAdmission(anAdmissionInput(journey, more));
    return 'reason' in decision ? decision.reason : 'admitted';
  });
  expect(reasons).toEqual(changes.map(([reason]) => reason));
});

test('an admission has the enrolment that it makes, and the enrolments that it ends', () => {
  const profile = aProfile({ journeys: { e1: enrolled } });
  const journey = { competition: { group: 'care', priority: 10 } };
  const input = anAdmissionInput(journey, { profile, entryKey: 'order-1' });
  const { definition, request, counted } = input;
  expect(decideAdmission(input)).toEqual({
    definition,
    request,
    counted,
    enrolment: {
      enrolmentId: 'e2',
      journeyId: 'welcome',
      version: 1,
      entryKey: 'order-1',
      status: 'starting',
      trigger: 'Signed Up',
      startedAt: start,
    },
    outranked: [{ enrolmentId: 'e1', journeyId: 'care', priority: 9 }],
    now: start,
  });
});

test('a throttle gives the enrolment its start, except for a test person', () => {
  const entry = { triggers: [{ touchpoint: { event: 'Signed Up' } }], throttle: { max: 1, within: '1h' } };
  const request = { ...anAdmissionInput().request, test: true };
  expect(decideAdmission(anAdmissionInput({ entry }))).toMatchObject({ enrolment: { notBefore: start } });
  const ofTestPerson = decideAdmission(anAdmissionInput({ entry }, { request }));
  expect(ofTestPerson).toMatchObject({ enrolment: { test: true } });
  expect(ofTestPerson).not.toHaveProperty('enrolment.notBefore');
});
