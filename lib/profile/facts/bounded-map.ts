/** Limit of names of traits, touchpoints, channels and consents in a profile, characters. */
const maxNameLength = 100;

/** Limit of a trait's value, characters of JSON. */
const maxTraitLength = 512;

/**
 * Returns whether a map may have this key. `__proto__` is refused, because it is no plain key of a
 * JavaScript object.
 */
export function isStorableKey(name: string): boolean {
  return name.length > 0 && name.length <= maxNameLength && name !== '__proto__';
}

/** Returns whether a trait's name and value fit a profile. */
export function isStorableTrait(name: string, value: unknown): boolean {
  return isStorableKey(name) && JSON.stringify(value).length <= maxTraitLength;
}

/** How to merge two bounded maps. */
export interface MergeOptions<T> {
  combine: (a: T, b: T) => T;
  most: number;
  /** The key that gathers entries past `most`. Without it they are dropped. */
  overflow?: string;
}

const sizeWithout = (map: object, name: string | undefined): number =>
  Object.keys(map).length - (name !== undefined && Object.hasOwn(map, name) ? 1 : 0);

const combineWith = <T>(present: T | undefined, value: T, combine: MergeOptions<T>['combine']): T =>
  present === undefined ? value : combine(present, value);

/** Merges two maps. Entries of both are combined; a new key past `most` goes to the overflow. */
export function mergeBoundedMaps<T>(
  a: Record<string, T>,
  b: Record<string, T>,
  { combine, most, overflow }: MergeOptions<T>,
): Record<string, T> {
  const added = Object.entries(b);
  if (added.length === 0) return a;
  const all = { ...a };
  let size = sizeWithout(all, overflow);
  for (const [name, value] of added) {
    const isNew = !Object.hasOwn(all, name) && name !== overflow;
    const place = isNew && size >= most ? overflow : name;
    if (place === undefined) continue;
    if (isNew && place === name) size++;
    all[place] = Object.hasOwn(all, place) ? combineWith(all[place], value, combine) : value;
  }
  return all;
}
