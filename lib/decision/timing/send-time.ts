/** Number of hours of a day. Hour `h` covers `h:00` to `h:59`. */
export const hoursOfDay = 24;

/**
 * One voluntary action of a customer, with its hour on the customer's clocks. `segment` names the
 * group whose habits the customer shares.
 */
export interface Engagement {
  customer: string;
  segment: string;
  hour: number;
}

/** Number of actions by hour of the day. */
export type Hours = readonly number[];

/**
 * How one action spreads over neighbouring hours in a customer's histogram: half stays, a quarter
 * goes to each neighbour (triangular kernel).
 */
const kernel = [
  [0, 0.5],
  [-1, 0.25],
  [1, 0.25],
] as const;

/**
 * Adds one action to a histogram, in place. Histograms only grow, so those of two shards can be
 * added.
 */
export function addEngagement(hours: number[], hour: number): void {
  hours[hour % hoursOfDay] = (hours[hour % hoursOfDay] ?? 0) + 1;
}

/** Returns a histogram without actions. */
export const noHours = (): number[] => Array.from({ length: hoursOfDay }, () => 0);

const total = (hours: Hours): number => hours.reduce((sum, n) => sum + n, 0);

/**
 * Returns the hours of all customers as probabilities. Each hour gets half an action extra
 * (Jeffreys prior), so that no hour is impossible.
 */
export function globalHours(hours: Hours): number[] {
  const whole = total(hours) + hoursOfDay / 2;
  return hours.map((n) => (n + 0.5) / whole);
}

/**
 * Smooths actions over neighbouring hours around the clock (circular kernel estimate: Hall, Watson
 * and Cabrera 1987).
 */
const smoothed = (hours: Hours): number[] =>
  hours.map((_, hour) =>
    kernel.reduce((sum, [shift, weight]) => sum + weight * (hours[(hour + shift + hoursOfDay) % hoursOfDay] ?? 0), 0),
  );

/**
 * Returns the posterior mean under a Dirichlet prior around `base` that weighs `strength` actions
 * (Good 1965). With `strength` Infinity it returns a copy of `base`.
 */
export function shrunk(hours: Hours, base: Hours, strength: number): number[] {
  if (strength === Infinity) return [...base];
  const whole = total(hours) + strength;
  return smoothed(hours).map((n, hour) => (n + strength * (base[hour] ?? 0)) / whole);
}

/**
 * Number of actions that the level above weighs. Infinity disables the level: it did not predict
 * later actions better than the level above.
 */
export interface Strengths {
  segment: number;
  customer: number;
}

/** Returns the hour with the highest sum of itself and its two neighbours. */
export function bestHour(chances: Hours): number {
  const windows = chances.map((_, hour) =>
    [-1, 0, 1].reduce((sum, shift) => sum + (chances[(hour + shift + hoursOfDay) % hoursOfDay] ?? 0), 0),
  );
  return windows.indexOf(Math.max(...windows));
}

/** Action histograms of all customers, of each segment and of each customer. */
export interface SendTimeStats {
  all: number[];
  segments: Map<string, number[]>;
  customers: Map<string, number[]>;
}

/** Counts actions into the histograms of all three levels. */
export function sendTimeStatsOf(acts: Iterable<Engagement>): SendTimeStats {
  const habits: SendTimeStats = { all: noHours(), segments: new Map(), customers: new Map() };
  for (const { customer, segment, hour } of acts) {
    addEngagement(habits.all, hour);
    addEngagement(entry(habits.segments, segment), hour);
    addEngagement(entry(habits.customers, customer), hour);
  }
  return habits;
}

function entry(map: Map<string, number[]>, key: string): number[] {
  const hours = map.get(key) ?? noHours();
  map.set(key, hours);
  return hours;
}

/**
 * Returns the probability of an action by hour. The customer's hours are shrunk towards the
 * segment's, which are shrunk towards those of all customers.
 */
export function hoursOf(
  habits: SendTimeStats,
  { customer, segment }: Pick<Engagement, 'customer' | 'segment'>,
  strengths: Strengths,
): number[] {
  const allHours = globalHours(habits.all);
  const shared = shrunk(habits.segments.get(segment) ?? noHours(), allHours, strengths.segment);
  return shrunk(habits.customers.get(customer) ?? noHours(), shared, strengths.customer);
}
