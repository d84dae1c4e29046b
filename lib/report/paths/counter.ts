/** How often something happened, in how many paths, and of how many customers. */
export interface CustomerCount {
  count: number;
  paths: number;
  customers: number;
}

/**
 * Counts without keeping paths or customers. A path is added at once, and a customer's paths one
 * after the other, so comparing with the latest of each shows whether it was counted before.
 */
export interface Counter extends CustomerCount {
  /** Occurrences in the path of this number. */
  add(path: number, customer: string, times?: number): void;
}

/** Creates a counter at zero. */
export function createCounter(): Counter {
  let lastPath: number | undefined;
  let lastCustomer: string | undefined;
  const self: Counter = {
    count: 0,
    paths: 0,
    customers: 0,
    add(path, customer, times = 1) {
      self.count += times;
      if (lastPath !== path) self.paths++;
      if (lastCustomer !== customer) self.customers++;
      [lastPath, lastCustomer] = [path, customer];
    },
  };
  return self;
}

/** Returns the counts of a counter. */
export const customerCountOf = ({ count, paths, customers }: Counter): CustomerCount => ({ count, paths, customers });

/** The entry of a key, made when it is first asked for. */
export function counterEntry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
