import { type AdmissionInput } from '#lib/journey/enrolment/admission-rules/admission-input.ts';
import { aJourney, aProfile, start } from '../journey-examples.ts';

/** An entry into `aJourney` that no rule rejects, with what the test is about. */
export const anAdmissionInput = (journey: object = {}, more: Partial<AdmissionInput> = {}): AdmissionInput => ({
  definition: aJourney({ ...journey }),
  request: { id: 'event-1', name: 'Signed Up', at: start, properties: {} },
  enrolmentId: 'e2',
  entryKey: '',
  workspace: {},
  profile: aProfile({ journeys: {} }),
  slot: undefined,
  since: [],
  counted: { entered: 0 },
  now: start,
  ...more,
});

/** The policy of entries of `aJourney`, with what the test is about. */
export const anEntry = (more: object) => ({ entry: { triggers: [{ touchpoint: { event: 'Signed Up' } }], ...more } });
