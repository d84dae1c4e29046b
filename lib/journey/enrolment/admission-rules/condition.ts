import { matches } from '#lib/predicate/evaluate.ts';
import { profileSummaryForTrace } from '#lib/profile/views/profile-summary.ts';
import { type AdmissionRule, reject } from './admission-input.ts';

/** Rejects customers who do not match the journey's entry condition. */
export const checkCondition: AdmissionRule = ({ definition: { entry }, profile, now }) =>
  entry.condition && !matches(entry.condition, { profile, now })
    ? reject('condition-not-met', profileSummaryForTrace(profile))
    : undefined;
