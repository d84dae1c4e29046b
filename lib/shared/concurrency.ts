/**
 * Runs `work` on every entry, at most `lanes` at a time. Rejects with the first failure, after the
 * running calls have ended.
 */
export async function mapConcurrent<T>(
  all: readonly T[],
  lanes: number,
  work: (entry: T) => Promise<void>,
): Promise<void> {
  const left = all.values();
  const lane = async (): Promise<void> => {
    for (const entry of left) await work(entry);
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(lanes, all.length) }, lane));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}
