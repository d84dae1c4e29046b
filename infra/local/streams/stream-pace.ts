import { pause } from '#lib/shared/retry.ts';

/** Waiting requests, or foreground invocations, from which on streams are delayed. */
const crowded = 8;

/** Maximum delay of streams under load, and interval of checks, ms. */
const patience = { mostMs: 2_000, stepMs: 20 };

/**
 * Streams are read at once, except under load: foreground work runs first, and larger batches fold
 * more touchpoints of a customer in one write. (Lambda polls a shard four times a second.)
 */
export async function pace(waiting: () => number): Promise<void> {
  for (let waited = 0; waited < patience.mostMs && waiting() >= crowded; waited += patience.stepMs)
    await pause(patience.stepMs);
}
