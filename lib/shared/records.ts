/** Returns a copy without the entries for which `isOmitted` is true. */
export function omitBy<T>(
  record: Readonly<Record<string, T>>,
  isOmitted: (value: T, key: string) => boolean,
): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key, value]) => !isOmitted(value, key)));
}

type Compact<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Returns a copy without the entries that are undefined. */
export function compact<T extends object>(record: T): Compact<T> {
  // The filter removes just the values that the type removes.
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Compact<T>;
}

/** Returns a record of the same keys, with each value changed. */
export function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
