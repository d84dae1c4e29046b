/**
 * Time limit of a computation, by the machine's clock, ms. It limits how much is computed and does
 * not change values.
 */
export interface TimeLimit {
  now: () => number;
  ms: number;
}

/**
 * Result of one attempt, perhaps incomplete. `progress` is the share of simulated time, 1 at the
 * end.
 */
export interface Attempt<Result> {
  result: Result;
  progress: number;
}

/** Result for `count` customers. `complete` means all customers over the whole time. */
export interface Outcome<Result> {
  result: Result;
  count: number;
  complete: boolean;
}

/**
 * Shares of the time limit at which each attempt ends. Each has fewer customers than the one
 * before. The last returns what it has.
 */
const shares = [0.5, 0.8, 1] as const;

/**
 * Share of the estimated affordable customers that the next attempt takes, so that it most likely
 * completes.
 */
const margin = 0.5;

/**
 * Computes for as many of `all` customers as the time limit allows. The first attempt takes all,
 * later ones fewer. Entries are spread evenly and stay, so work grows with the square of simulated
 * time. A completed attempt equals a request for that number. Only the last attempt may be cut in
 * time.
 */
export async function attemptWithin<Result>(
  all: number,
  limit: TimeLimit | undefined,
  attempt: (count: number, isStopped: () => boolean) => Promise<Attempt<Result>>,
): Promise<Outcome<Result>> {
  if (!limit) return { result: (await attempt(all, () => false)).result, count: all, complete: true };
  const began = limit.now();
  let count = all;
  for (const share of shares) {
    const end = began + limit.ms * share;
    const { result, progress } = await attempt(count, () => limit.now() >= end);
    if (progress === 1) return { result, count, complete: count === all };
    if (count === 1 || share === 1) return { result, count, complete: false };
    count = Math.max(1, Math.floor(count * progress ** 2 * margin));
  }
  throw new RangeError('the last share is 1');
}
