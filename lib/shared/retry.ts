/** What an attempt returns if a concurrent write won. */
export const conflict: unique symbol = Symbol('conflict');

/**
 * Runs `attempt` until it returns something other than `conflict`, at most `maxTries` times,
 * without a pause. `tries` counts from 0. Throws what `contended` makes if every attempt meets a
 * conflict. An attempt must read what it decides on, and write under a condition.
 */
export async function retryOnConflict<T>(
  { maxTries, contended }: { maxTries: number; contended: () => Error },
  attempt: (tries: number) => Promise<T | typeof conflict>,
): Promise<T> {
  for (let tries = 0; tries < maxTries; tries++) {
    const result = await attempt(tries);
    if (result !== conflict) return result;
  }
  throw contended();
}

/**
 * Returns a pause before the retry number `tries`, ms: random between 0 and `baseMs` doubled with
 * each retry, at most `capMs`. Full jitter keeps concurrent clients from retrying together. Source:
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function fullJitterMs(
  { baseMs, capMs = Infinity }: { baseMs: number; capMs?: number },
  tries: number,
  random: () => number = Math.random,
): number {
  return random() * Math.min(capMs, baseMs * 2 ** tries);
}

/** Waits for `ms` of real time. */
export const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));
