/** Longest name of a trait, touchpoint, channel or consent kept in a profile. Characters. */
const maxNameLength = 100;

/** Longest value of a trait. Characters of JSON. */
const maxTraitLength = 512;

/** Whether a map may be keyed by it. `__proto__` is no key of a JavaScript object, whoever sends it. */
export function isStorableKey(name: string): boolean {
  return name.length > 0 && name.length <= maxNameLength && name !== '__proto__';
}

export function isStorableTrait(name: string, value: unknown): boolean {
  return isStorableKey(name) && JSON.stringify(value).length <= maxTraitLength;
}

/** How the entries of two maps become one map. */
export interface MergeOptions<T> {
  combine: (a: T, b: T) => T;
  most: number;
  /** Where entries past `most` are gathered; without it they are left out. */
  overflow?: string;
}

/** Both maps in one: what both have is combined. A new name past `most` goes to the overflow. */
export function mergeBoundedMaps<T>(
  a: Record<string, T>,
  b: Record<string, T>,
  { combine, most, overflow }: MergeOptions<T>,
): Record<string, T> {
  const added = Object.entries(b);
  if (added.length === 0) return a;
  const all = { ...a };
  let size = Object.keys(all).length - (overflow !== undefined && Object.hasOwn(all, overflow) ? 1 : 0);
  for (const [name, value] of added) {
    const isNew = !Object.hasOwn(all, name) && name !== overflow;
    const place = isNew && size >= most ? overflow : name;
    if (place === undefined) continue;
    if (isNew && place === name) size++;
    const present = Object.hasOwn(all, place) ? all[place] : undefined;
    all[place] = present === undefined ? value : combine(present, value);
  }
  return all;
}
