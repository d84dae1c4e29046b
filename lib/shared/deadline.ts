import { type ThroughlineError } from './errors.ts';

/** The field of Lambda's context that handlers of the API read. */
export interface Invocation {
  getRemainingTimeInMillis(): number;
}

/**
 * Time reserved for the answer, ms. Lambda answers a function that exceeds its limit with a 500
 * without details.
 */
const answerMs = 500;

/**
 * Returns the time for a handler's answer, ms: at most `mostMs`, and less than the function's
 * remaining time.
 */
export function answeringMs(context: Invocation, mostMs: number): number {
  return Math.max(0, Math.min(mostMs, context.getRemainingTimeInMillis() - answerMs));
}

/**
 * Resolves with `work`, or rejects with `late()` after `withinMs`. The work is not stopped, so its
 * writes may still succeed; its calls end by the timeouts of their clients. Work that never yields
 * to timers is never late.
 */
export async function inTime<T>(work: Promise<T>, withinMs: number, late: () => ThroughlineError): Promise<T> {
  let alarm: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    alarm = setTimeout(() => reject(late()), withinMs);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(alarm);
  }
}
