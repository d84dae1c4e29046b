import { addDuration, type Instant, addMs } from '../shared/time.ts';
import { type Predicate } from '../model/predicate.ts';
import { type Profile } from '../model/profile.ts';

/**
 * Returns the times at which a predicate may change without a touchpoint: a silence is reached, or
 * a `within` ends.
 */
export function nextChangeTimes(predicate: Predicate, profile: Profile): Instant[] {
  if ('all' in predicate) return predicate.all.flatMap((part) => nextChangeTimes(part, profile));
  if ('any' in predicate) return predicate.any.flatMap((part) => nextChangeTimes(part, profile));
  if ('not' in predicate) return nextChangeTimes(predicate.not, profile);
  if ('silentFor' in predicate) return [addDuration(profile.lastSeen, predicate.silentFor)];
  if (!('did' in predicate) || predicate.within === undefined) return [];
  const { within } = predicate;
  const names = typeof predicate.did === 'string' ? [predicate.did] : predicate.did;
  return names.flatMap((name) => {
    const tally = Object.hasOwn(profile.counts, name) ? profile.counts[name] : undefined;
    return tally ? [addMs(addDuration(tally.last, within), 1)] : []; // it holds at the very end
  });
}
