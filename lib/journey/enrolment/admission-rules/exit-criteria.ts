import { matches } from '#lib/predicate/evaluate.ts';
import { type AdmissionRule, reject } from './admission-input.ts';

/**
 * Rejects an entry if a touchpoint since the trigger, or the trigger's own, meets the journey's
 * exit criteria.
 */
export const checkExitCriteria: AdmissionRule = ({ definition: { exit }, profile, since, now }) => {
  const met = exit && since.find((touchpoint) => matches(exit, { profile, touchpoint, now }));
  return met && reject('exit-met', { touchpoint: met.name });
};
