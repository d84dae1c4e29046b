import { type Profile } from '../model/profile.ts';
import { type ProfileChange } from '../model/profile-change.ts';
import { type Touchpoint } from '../model/touchpoint.ts';
import { applyTouchpoint } from './apply-touchpoint.ts';
import { dropExpired } from './drop-expired.ts';
import { type ProjectionRules } from './projection-state.ts';

/**
 * Applies one touchpoint in memory, for simulations. Returns the profile and the changes that would
 * be published.
 */
export function projectInMemory(
  profile: Profile,
  touchpoint: Touchpoint,
  rules: ProjectionRules,
): { profile: Profile; signals: ProfileChange[] } {
  const before = { profile, signals: [], transitions: [] };
  const after = applyTouchpoint(before, { touchpoint, at: touchpoint.at }, rules);
  return { profile: dropExpired(after.profile, touchpoint.at), signals: after.signals };
}
