/**
 * Entries by whole-numbered priority, smallest first. Of equal ones the latest comes first, so that
 * a search is depth-first.
 */
export interface PriorityQueue {
  push(entry: number, priority: number): void;
  /** The next entry, and the priority it had. */
  pop(): { entry: number; priority: number } | undefined;
}

/**
 * Creates a queue of buckets, one for each priority, because every move costs 0 or 1 (Dial,
 * "Algorithm 360: shortest-path forest", 1969).
 */
export function createPriorityQueue(): PriorityQueue {
  const buckets: number[][] = [];
  let lowest = 0;
  return {
    push(entry, priority) {
      (buckets[priority] ??= []).push(entry);
      lowest = Math.min(lowest, priority);
    },
    pop() {
      for (; lowest < buckets.length; lowest++) {
        const entry = buckets[lowest]?.pop();
        if (entry !== undefined) return { entry, priority: lowest };
      }
      return undefined;
    },
  };
}
