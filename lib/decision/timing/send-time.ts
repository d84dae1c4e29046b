/** Hours of the day, each beginning at its number. */
export const hoursOfDay = 24;

/** Something a customer did by their own will, at an hour of their day; the segment is what the customer shares with others. */
export interface Engagement {
  customer: string;
  segment: string;
  hour: number;
}

/** Acts by hour. */
export type Hours = readonly number[];

/** How acts spread to neighbouring hours before they count as the customer's: half stays, a quarter goes each way (triangular kernel). */
const kernel = [
  [0, 0.5],
  [-1, 0.25],
  [1, 0.25],
] as const;

/** A histogram that only ever has acts added: those of two shards add up. */
export function addEngagement(hours: number[], hour: number): void {
  hours[hour % hoursOfDay] = (hours[hour % hoursOfDay] ?? 0) + 1;
}

export const noHours = (): number[] => Array.from({ length: hoursOfDay }, () => 0);

const total = (hours: Hours): number => hours.reduce((sum, n) => sum + n, 0);

/** Everybody's hours as probabilities; half an act is counted beside in each hour (Jeffreys), so that none is impossible. */
export function globalHours(hours: Hours): number[] {
  const whole = total(hours) + hoursOfDay / 2;
  return hours.map((n) => (n + 0.5) / whole);
}

/** Acts smoothed over neighbouring hours around the clock (circular kernel estimate: Hall, Watson and Cabrera 1987). */
const smoothed = (hours: Hours): number[] =>
  hours.map((_, hour) =>
    kernel.reduce((sum, [shift, weight]) => sum + weight * (hours[(hour + shift + hoursOfDay) % hoursOfDay] ?? 0), 0),
  );

/** The posterior mean of a Dirichlet law around `base` that is worth `strength` acts (Good 1965). */
export function shrunk(hours: Hours, base: Hours, strength: number): number[] {
  if (strength === Infinity) return [...base];
  const whole = total(hours) + strength;
  return smoothed(hours).map((n, hour) => (n + strength * (base[hour] ?? 0)) / whole);
}

/** How many acts the level above is worth; Infinity where the level itself told nothing that held. */
export interface Strengths {
  segment: number;
  customer: number;
}

/** The hour whose window of that hour and its neighbours holds most. */
export function bestHour(chances: Hours): number {
  const windows = chances.map((_, hour) =>
    [-1, 0, 1].reduce((sum, shift) => sum + (chances[(hour + shift + hoursOfDay) % hoursOfDay] ?? 0), 0),
  );
  return windows.indexOf(Math.max(...windows));
}

/** What is known of when customers act: histograms of everybody, of each segment and of each customer. */
export interface SendTimeStats {
  all: number[];
  segments: Map<string, number[]>;
  customers: Map<string, number[]>;
}

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

/** When a customer is likely to act: own hours shrunk towards the segment's, those towards everybody's. */
export function hoursOf(
  habits: SendTimeStats,
  { customer, segment }: Pick<Engagement, 'customer' | 'segment'>,
  strengths: Strengths,
): number[] {
  const everybody = globalHours(habits.all);
  const shared = shrunk(habits.segments.get(segment) ?? noHours(), everybody, strengths.segment);
  return shrunk(habits.customers.get(customer) ?? noHours(), shared, strengths.customer);
}
