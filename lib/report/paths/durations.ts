/** A distribution of lengths of time, ms. */
export interface Durations {
  add(ms: number): void;
  count(): number;
  /** Returns the `q`-quantile. Undefined without values. */
  quantile(q: number): number | undefined;
}

/** A distribution as reports show it, ms. */
export interface DurationSpread {
  count: number;
  medianMs: number;
  p90Ms: number;
}

/** Values kept as they are. Above this number they are sketched. */
const maxExact = 5_000;

/** Relative error of a sketched quantile, at most. */
const accuracy = 0.005;

const gamma = (1 + accuracy) / (1 - accuracy);

/** The values up to the limit, and their counts by bucket above it. */
interface Sample {
  values: number[];
  isSorted: boolean;
  count: number;
  buckets: Map<number, number>;
}

function sketch({ buckets }: Sample, ms: number): void {
  const bucket = ms < 1 ? -1 : Math.ceil(Math.log(ms) / Math.log(gamma));
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
}

function addValue(sample: Sample, ms: number): void {
  sample.count++;
  sample.isSorted = false;
  if (sample.count <= maxExact) {
    sample.values.push(ms);
    return;
  }
  for (const value of sample.values) sketch(sample, value);
  sample.values = [];
  sketch(sample, ms);
}

function exactQuantile(sample: Sample, q: number): number {
  const { values } = sample;
  if (!sample.isSorted) values.sort((a, b) => a - b);
  sample.isSorted = true;
  const rank = q * (values.length - 1);
  const [low, high] = [values[Math.floor(rank)] ?? 0, values[Math.ceil(rank)] ?? 0];
  return low + (rank - Math.floor(rank)) * (high - low);
}

function sketchedQuantile({ buckets, count }: Sample, q: number): number {
  const rank = q * (count - 1);
  let below = 0;
  for (const [bucket, n] of [...buckets].sort(([a], [b]) => a - b)) {
    below += n;
    if (below > rank) return bucket < 0 ? 0 : (2 * gamma ** bucket) / (gamma + 1);
  }
  return 0;
}

function quantileOf(sample: Sample, q: number): number | undefined {
  if (sample.count === 0) return undefined;
  return sample.count <= maxExact ? exactQuantile(sample, q) : sketchedQuantile(sample, q);
}

/**
 * Collects a distribution. Exact up to 5,000 values (linear interpolation, type 7 of Hyndman and
 * Fan 1996), then a sketch whose quantiles are within 0.5 % of a value of that rank: DDSketch
 * (Masson, Rim, Lee, 2019, §2). Less than 1 ms counts as 0, so a century has about 2,900 buckets.
 */
export function durations(): Durations {
  const sample: Sample = { values: [], isSorted: true, count: 0, buckets: new Map() };
  return {
    add: (ms) => addValue(sample, ms),
    count: () => sample.count,
    quantile: (q) => quantileOf(sample, q),
  };
}

/** Returns median and 90th percentile. Undefined without values. */
export function durationSpread(all: Durations): DurationSpread | undefined {
  const [medianMs, p90Ms] = [all.quantile(0.5), all.quantile(0.9)];
  return medianMs === undefined || p90Ms === undefined ? undefined : { count: all.count(), medianMs, p90Ms };
}
