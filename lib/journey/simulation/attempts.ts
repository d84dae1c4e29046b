/** How long the work may take, by a clock of the machine's. Milliseconds. No result depends on it, only how much is done. */
export interface TimeLimit {
  now: () => number;
  ms: number;
}

/** What came of one attempt: all of it, or as much as there was time for. `progress` is the share of simulated time, 1 at the end. */
export interface Attempt<Result> {
  result: Result;
  progress: number;
}

/** What came of the work: the result of `count` people. `complete` where that is everyone and nothing was cut. */
export interface Outcome<Result> {
  result: Result;
  count: number;
  complete: boolean;
}

/** Shares of the time by which the attempts end, each with fewer people than the one before. The last is answered as far as it came. */
const shares = [0.5, 0.8, 1] as const;

/** Of the people that would fit by the progress so far, this share is tried next: so that the attempt after a failed one is the last. */
const margin = 0.5;

/**
 * Does work for as many of `all` people as the time allows. Everyone first. Where that is not done in time, fewer people from the start: as
 * people arrive evenly and stay, work grows with the square of simulated time. So what is answered is what the same request for fewer people
 * answers, whatever the machine. Only where not even the last attempt comes to its end, its result is cut in time.
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
