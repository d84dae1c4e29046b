import { type Clock } from './time.ts';

/** Limit of cached keys in one environment. Past it the cache is cleared. */
const most = 500;

/** A caching reader. `forget` removes a key. */
export interface CachedReader<T> {
  (key: string): Promise<T>;
  forget(key: string): void;
}

/** Caches `read` for `ms` by key. Failures are not cached. */
export function cacheByKey<T>(clock: Clock, ms: number, read: (key: string) => Promise<T>): CachedReader<T> {
  const known = new Map<string, { value: Promise<T>; until: number }>();
  const ask = (key: string): Promise<T> => {
    const now = Date.parse(clock.now());
    const hit = known.get(key);
    if (hit && now < hit.until && now >= hit.until - ms) return hit.value;
    if (known.size >= most) known.clear();
    const value = read(key);
    known.set(key, { value, until: now + ms });
    value.catch(() => known.delete(key));
    return value;
  };
  return Object.assign(ask, { forget: (key: string) => void known.delete(key) });
}
