/** A distribution of lengths of time, in milliseconds. */
export interface Durations {
  add(ms: number): void;
  count(): number;
  /** The `q`-quantile; undefined where there is none. */
  quantile(q: number): number | undefined;
}

/** What reports tell of a distribution: milliseconds. */
export interface DurationSpread {
  count: number;
  medianMs: number;
  p90Ms: number;
}

/** So many values are kept as they are. */
const exactly = 5_000;

/** Of a sketched quantile: at most this far off, as a share of it. */
const accuracy = 0.005;

const gamma = (1 + accuracy) / (1 - accuracy);

/**
 * Exact up to 5,000 values (linear interpolation, type 7 of Hyndman and Fan 1996), then a sketch of logarithmic buckets whose quantiles
 * are within .5 % of a value of that rank: DDSketch (Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch with
 * relative-error guarantees", 2019, §2). Times under a millisecond count as nothing, so buckets end at about 2,900 for a century.
 */
export function durations(): Durations {
  let values: number[] = [];
  let sorted = true;
  let count = 0;
  const buckets = new Map<number, number>();

  const sketch = (ms: number): void => {
    const bucket = ms < 1 ? -1 : Math.ceil(Math.log(ms) / Math.log(gamma));
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  };

  function exact(q: number): number {
    if (!sorted) values.sort((a, b) => a - b);
    sorted = true;
    const rank = q * (values.length - 1);
    const [low, high] = [values[Math.floor(rank)] ?? 0, values[Math.ceil(rank)] ?? 0];
    return low + (rank - Math.floor(rank)) * (high - low);
  }

  function sketched(q: number): number {
    const rank = q * (count - 1);
    let below = 0;
    for (const [bucket, held] of [...buckets].sort(([a], [b]) => a - b)) {
      below += held;
      if (below > rank) return bucket < 0 ? 0 : (2 * gamma ** bucket) / (gamma + 1);
    }
    return 0;
  }

  return {
    add(ms) {
      count++;
      sorted = false;
      if (count <= exactly) {
        values.push(ms);
        return;
      }
      values.forEach(sketch);
      values = [];
      sketch(ms);
    },
    count: () => count,
    quantile: (q) => (count === 0 ? undefined : count <= exactly ? exact(q) : sketched(q)),
  };
}

/** Median and 90th percentile; undefined where there is no value. */
export function durationSpread(all: Durations): DurationSpread | undefined {
  const [medianMs, p90Ms] = [all.quantile(0.5), all.quantile(0.9)];
  return medianMs === undefined || p90Ms === undefined ? undefined : { count: all.count(), medianMs, p90Ms };
}
