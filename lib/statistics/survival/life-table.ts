/**
 * How long one customer was observed, in any unit, and whether the observation ended with the event
 * (left) or without it (still here).
 */
export interface Life {
  time: number;
  ended: boolean;
  group?: string;
}

/**
 * Counts at one time: `ended` with the event, `censored` without it. `atRisk` were there just
 * before.
 */
export interface LifeRow {
  time: number;
  atRisk: number;
  ended: number;
  censored: number;
}

type Count = Pick<LifeRow, 'ended' | 'censored'>;

/**
 * Collects the lives of one group. A life whose length is not a number is ignored. Memory grows
 * with the distinct times, not with the customers.
 */
export interface LifeTable {
  add(life: Omit<Life, 'group'>): void;
  /** Adds another table's lives. */
  merge(other: LifeTable): void;
  /** Returns the number of lives. */
  count(): number;
  rows(): LifeRow[];
}

/** Returns an empty life table. */
export function lifeTable(): LifeTable {
  const times = new Map<number, Count>();
  function put(time: number, { ended, censored }: Count): void {
    const count = times.get(time) ?? { ended: 0, censored: 0 };
    times.set(time, count);
    count.ended += ended;
    count.censored += censored;
  }
  return {
    add({ time, ended }) {
      if (Number.isFinite(time)) put(Math.max(0, time), { ended: Number(ended), censored: Number(!ended) });
    },
    merge: (other) => other.rows().forEach((row) => put(row.time, row)),
    count: () => [...times.values()].reduce((sum, { ended, censored }) => sum + ended + censored, 0),
    rows: () => rowsOf(times),
  };
}

/** Returns life tables by group ('' if there is none). */
export function lifeTables(lives: Iterable<Life>): Map<string, LifeRow[]> {
  const groups = new Map<string, LifeTable>();
  for (const { group = '', ...life } of lives) {
    const table = groups.get(group) ?? lifeTable();
    groups.set(group, table);
    table.add(life);
  }
  return new Map([...groups].map(([group, table]) => [group, table.rows()]));
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
