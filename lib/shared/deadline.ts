import { type ThroughlineError } from './errors.ts';

/** The part of Lambda's context that handlers of the API read. */
export interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** Time kept back for the answer, ms. A function cut off by its time limit answers a 500 that says nothing. */
const answerMs = 500;

/** Time a handler may take until its answer, ms: `mostMs`, or what the function's own time limit leaves. */
export function answeringMs(context: Invocation, mostMs: number): number {
  return Math.max(0, Math.min(mostMs, context.getRemainingTimeInMillis() - answerMs));
}

/**
 * Resolves with `work`, or rejects with `late()` once `withinMs` are over. The work is not stopped: what it was writing may still be
 * written, and the calls it waits for end by the time limits of their clients. Work that never yields to timers cannot be late.
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
