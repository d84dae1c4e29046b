/** Mean reward of each thing that was chosen. */
export type RewardModel = (chosen: string) => number;

/**
 * The mean reward by what was chosen, shrunk towards the mean of all as if `strength` more rows of it had brought just that mean
 * (Robbins 1956; Efron and Morris 1975). What was never chosen has the mean of all.
 */
export function rewardModel(log: readonly { chosen: string; reward: number }[], strength: number): RewardModel {
  const all = log.reduce((sum, { reward }) => sum + reward, 0) / Math.max(1, log.length);
  const sums = new Map<string, { reward: number; n: number }>();
  for (const { chosen, reward } of log) {
    const sum = sums.get(chosen) ?? { reward: 0, n: 0 };
    sums.set(chosen, { reward: sum.reward + reward, n: sum.n + 1 });
  }
  return (chosen) => {
    const { reward, n } = sums.get(chosen) ?? { reward: 0, n: 0 };
    return n + strength > 0 ? (reward + strength * all) / (n + strength) : all;
  };
}
