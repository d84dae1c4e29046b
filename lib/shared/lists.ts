/** Divides a list into parts of `size`; the last one may be shorter. */
export function chunksOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** Returns the first item of each name, in order. */
export function distinctBy<T>(all: readonly T[], nameOfOne: (one: T) => string): T[] {
  const byName = new Map<string, T>();
  for (const one of all) {
    const name = nameOfOne(one);
    if (!byName.has(name)) byName.set(name, one);
  }
  return [...byName.values()];
}
