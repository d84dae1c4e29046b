import { type Profile } from '../model/profile.ts';
import { type Signal } from '../model/profile-change.ts';
import { type Touchpoint } from '../model/touchpoint.ts';
import { project, type Rules, tidied } from './apply-touchpoint.ts';

/** Projects one touchpoint in memory, for simulations: the profile after it, and the changes that would be published. */
export function projectInMemory(
  profile: Profile,
  touchpoint: Touchpoint,
  rules: Rules,
): { profile: Profile; signals: Signal[] } {
  const before = { profile, signals: [], transitions: [] };
  const after = project(before, { touchpoint, at: touchpoint.at }, rules);
  return { profile: tidied(after.profile, touchpoint.at), signals: after.signals };
}
