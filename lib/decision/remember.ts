import { type Clock } from '../time.ts';

/** Bound of what one environment remembers: past it everything is forgotten and read anew. */
const most = 500;

/** `read`, asked at most once in `ms` for each key. What could not be read is not remembered. */
export function remember<T>(clock: Clock, ms: number, read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, { value: Promise<T>; until: number }>();
  return (key) => {
    const now = Date.parse(clock.now());
    const hit = known.get(key);
    if (hit && now < hit.until && now >= hit.until - ms) return hit.value;
    if (known.size >= most) known.clear();
    const value = read(key);
    known.set(key, { value, until: now + ms });
    value.catch(() => known.delete(key));
    return value;
  };
}
