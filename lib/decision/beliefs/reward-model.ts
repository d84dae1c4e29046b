/** Mean reward of each thing that was chosen. */
export type RewardModel = (chosen: string) => number;

/**
 * Returns the mean reward of each choice, shrunk towards the overall mean as by `strength` more
 * rows of it (Robbins 1956; Efron and Morris 1975). A choice without rows has the overall mean.
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
