import { matches } from '#lib/predicate/evaluate.ts';
import { profileSummaryForTrace } from '#lib/profile/views/profile-summary.ts';
import { type AdmissionRule, reject } from './admission-input.ts';

/** Rejects customers who match the journey's `exclude` predicate. */
export const checkExclusion: AdmissionRule = ({ definition: { entry }, profile, now }) =>
  entry.exclude && matches(entry.exclude, { profile, now })
    ? reject('excluded', profileSummaryForTrace(profile))
    : undefined;
