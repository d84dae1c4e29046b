/** How long one customer was watched, in any unit, and whether the watching ended with the event (left) or without (still here). */
export interface Life {
  time: number;
  ended: boolean;
  group?: string;
}

/** What happened at one time: `ended` with the event, `censored` without; `atRisk` were there just before. */
export interface LifeRow {
  time: number;
  atRisk: number;
  ended: number;
  censored: number;
}

type Count = Pick<LifeRow, 'ended' | 'censored'>;

/** Life tables by group ('' where none is told). Memory grows with the different times, not with the customers. */
export function lifeTables(lives: Iterable<Life>): Map<string, LifeRow[]> {
  const groups = new Map<string, Map<number, Count>>();
  for (const { time, ended, group = '' } of lives) {
    const times = groups.get(group) ?? new Map<number, Count>();
    groups.set(group, times);
    const count = times.get(time) ?? { ended: 0, censored: 0 };
    times.set(time, count);
    count[ended ? 'ended' : 'censored']++;
  }
  return new Map([...groups].map(([group, times]) => [group, rowsOf(times)]));
}

function rowsOf(times: Map<number, Count>): LifeRow[] {
  let atRisk = [...times.values()].reduce((sum, { ended, censored }) => sum + ended + censored, 0);
  const inOrder = [...times].sort(([a], [b]) => a - b);
  return inOrder.map(([time, count]) => {
    const row = { time, atRisk, ...count };
    atRisk -= count.ended + count.censored;
    return row;
  });
}
