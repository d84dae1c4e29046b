/** One touchpoint of a path: its name and its time in milliseconds since 1970. */
export interface PathStep {
  name: string;
  at: number;
}

/** Years 1 to 9999, ms since 1970. A time outside is a mistake of the source. */
const [earliest, latest] = ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'].map(Date.parse) as [number, number];

/**
 * Returns steps in order of time, equal times in the given order. Steps without a valid time are
 * omitted.
 */
export function inOrder<Step extends PathStep>(steps: readonly Step[]): readonly Step[] {
  const isPlaced = ({ at }: Step, i: number): boolean =>
    at >= earliest && at <= latest && at >= (steps[i - 1]?.at ?? at);
  if (steps.every(isPlaced)) return steps;
  return steps.filter(({ at }) => at >= earliest && at <= latest).sort((a, b) => a.at - b.at);
}

/** What one customer did, in time order. The paths of a customer are added one after the other. */
export interface CustomerPath<Step extends PathStep = PathStep> {
  customer: string;
  steps: Step[];
}

/**
 * A report computed while paths pass, without keeping them. Memory grows with the distinct
 * variants, pairs or deviations. `result` may be called at any time and changes nothing.
 */
export interface PathTally<Result> {
  add(path: CustomerPath): void;
  result(): Result;
}

/** The result of one tally over all paths. */
export function tallyPaths<Result>(paths: Iterable<CustomerPath>, tally: PathTally<Result>): Result {
  for (const path of paths) tally.add(path);
  return tally.result();
}

/** A touchpoint as a report reads it. */
export interface PathRow extends PathStep {
  customer: string;
}

export interface PathCut {
  /** Silence after which a new path begins, ms. Default: a customer has one path. */
  gapMs?: number;
  /** Which touchpoints count; the others are as if they had not happened. */
  keep?: (row: PathRow) => boolean;
}

/**
 * Cuts a customer's steps into paths, at each silence longer than the gap. Takes steps in any
 * order.
 */
export function cutPath<Step extends PathStep>(
  { customer, steps }: CustomerPath<Step>,
  gapMs: number,
): CustomerPath<Step>[] {
  const sorted = inOrder(steps);
  const ends = sorted.flatMap(({ at }, i) => {
    const next = sorted[i + 1];
    return next && next.at - at <= gapMs ? [] : [i + 1];
  });
  return ends.map((end, i) => ({ customer, steps: sorted.slice(ends[i - 1] ?? 0, end) }));
}

/** Groups rows into paths. `add` and `end` return the paths that are complete. */
function gathering({ gapMs = Infinity, keep }: PathCut): {
  add: (row: PathRow) => CustomerPath[];
  end: () => CustomerPath[];
} {
  let customer = '';
  let steps: PathStep[] = [];
  const end = (): CustomerPath[] => cutPath({ customer, steps }, gapMs);
  return {
    end,
    add(row) {
      const complete = row.customer === customer ? [] : end();
      if (row.customer !== customer) [customer, steps] = [row.customer, []];
      if (!keep || keep(row)) steps.push({ name: row.name, at: row.at });
      return complete;
    },
  };
}

/**
 * Yields paths of rows that are grouped by customer, as the table or an export sorted by key
 * returns them, in any order within a customer. Memory is that of the longest customer. For
 * ungrouped rows use `groupPathRows` first.
 */
export function* pathsOf(rows: Iterable<PathRow>, cutting: PathCut = {}): Generator<CustomerPath> {
  const { add, end } = gathering(cutting);
  for (const row of rows) yield* add(row);
  yield* end();
}

/** The same of rows that come by and by, such as pages of a query. */
export async function* pathsOfPages(rows: AsyncIterable<PathRow>, cutting: PathCut = {}): AsyncGenerator<CustomerPath> {
  const { add, end } = gathering(cutting);
  for await (const row of rows) yield* add(row);
  yield* end();
}

/** Groups rows in any order by customer. Keeps every row in memory: for files, not for a table. */
export function* groupPathRows(rows: Iterable<PathRow>): Generator<PathRow> {
  const byCustomer = new Map<string, PathRow[]>();
  for (const row of rows) {
    const own = byCustomer.get(row.customer);
    if (own) own.push(row);
    else byCustomer.set(row.customer, [row]);
  }
  for (const own of byCustomer.values()) yield* own;
}
