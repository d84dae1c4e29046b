import { addDuration, type Instant, addMs } from '../shared/time.ts';
import { type Predicate } from '../model/predicate.ts';
import { type Profile } from '../model/profile.ts';
import { leavesOf, type PredicateLeaf } from '../model/visit-predicate.ts';

/**
 * Returns the times at which a predicate may change without a touchpoint: a silence is reached, or
 * a `within` ends.
 */
export function nextChangeTimes(predicate: Predicate, profile: Profile): Instant[] {
  return leavesOf(predicate).flatMap((leaf) => leafChangeTimes(leaf, profile));
}

function leafChangeTimes(leaf: PredicateLeaf, profile: Profile): Instant[] {
  if ('silentFor' in leaf) return [addDuration(profile.lastSeen, leaf.silentFor)];
  if (!('did' in leaf) || leaf.within === undefined) return [];
  const { within } = leaf;
  const names = typeof leaf.did === 'string' ? [leaf.did] : leaf.did;
  return names.flatMap((name) => {
    const tally = Object.hasOwn(profile.counts, name) ? profile.counts[name] : undefined;
    return tally ? [addMs(addDuration(tally.last, within), 1)] : []; // it holds at the very end
  });
}
