import { addDuration } from '#lib/shared/time.ts';
import { type AdmissionRule, reject } from './admission-input.ts';

/**
 * Rejects a customer who is enrolled under the same entry key, or who entered before and may not
 * enter again by the journey's `reentry` policy.
 */
export const checkReentry: AdmissionRule = ({ definition, slot, now }) => {
  if (!slot) return undefined;
  const { active, entries, lastEntered } = slot;
  if (active !== undefined) return reject('already-inside', { enrolmentId: active, lastEntered });
  const policy = definition.entry.reentry;
  if (entries === 0 || policy === 'always') return undefined;
  if (policy === 'never') return reject('entered-before', { entries, lastEntered });
  if (policy.atMost !== undefined && entries >= policy.atMost)
    return reject('entered-enough', { entries, lastEntered });
  if ('after' in policy && now < addDuration(lastEntered, policy.after))
    return reject('entered-lately', { lastEntered });
  return undefined;
};
