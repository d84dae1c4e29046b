import { type Clock } from './time.ts';

/** Bound of what one environment remembers: past it everything is forgotten and read anew. */
const most = 500;

/** A reader that remembers; `forget` makes it read a key anew. */
export interface CachedReader<T> {
  (key: string): Promise<T>;
  forget(key: string): void;
}

/** `read`, asked at most once in `ms` for each key. What could not be read is not remembered. */
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
