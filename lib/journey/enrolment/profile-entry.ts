import { type Profile } from '../../model/profile.ts';
import { addGoals } from '../../profile/facts/open-goals.ts';
import { compact, omitBy } from '../../shared/records.ts';
import { addDuration, minInstant } from '../../shared/time.ts';
import { type EntryAdmission } from './admission.ts';

/** Returns the enrolment's entry in the profile, which the projection tests touchpoints against. */
function toActiveEnrolment({ definition, request, enrolment, now }: EntryAdmission): Profile['journeys'][string] {
  const { journeyId, version } = enrolment;
  const { exit, competition } = definition;
  // Starts at the trigger's time, by its source's clock, so that an exit that happened after the
  // trigger but arrives late still counts.
  return { journeyId, version, since: minInstant(request.at, now), ...compact({ exit, competes: competition }) };
}

/** Returns the journey's goal, which is open from the entry on. A test person opens none. */
function toOpenGoals({ definition: { goal }, request, enrolment, now }: EntryAdmission) {
  if (!goal || request.test) return [];
  const { enrolmentId, journeyId, version } = enrolment;
  return [{ enrolmentId, journeyId, version, on: goal.on, since: now, until: addDuration(now, goal.window) }];
}

/**
 * Returns the profile with everything that an admission changes in it: the new enrolment, its goal,
 * and the end of outranked enrolments and their waits. Simulations use it too.
 */
export function admitToProfile(profile: Profile, admission: EntryAdmission): Profile {
  const { enrolment, outranked } = admission;
  const ended = new Set(outranked.map(({ enrolmentId }) => enrolmentId));
  const journeys = omitBy(profile.journeys, (_, id) => ended.has(id));
  const admitted: Profile = {
    ...profile,
    journeys: { ...journeys, [enrolment.enrolmentId]: toActiveEnrolment(admission) },
    waits: omitBy(profile.waits, ({ enrolmentId }) => ended.has(enrolmentId)),
  };
  return addGoals(admitted, toOpenGoals(admission));
}
