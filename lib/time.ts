import * as z from 'zod';

/** A moment as people and logs read it: ISO 8601, UTC, milliseconds, so that strings sort by time. */
export type Instant = string;

/** The only source of the current time. Pure code takes `now: Instant` instead. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => new Date().toISOString() };

export const Instant = z.iso.datetime({ precision: 3 });

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time: a whole number and a unit, `90s`, `15m`, `12h`, `30d`. A day is 24 hours here, not a calendar day. */
export const Duration = z.string().regex(/^[1-9]\d{0,6}[smhd]$/, 'a whole number and s, m, h or d: "3d"');
export type Duration = z.infer<typeof Duration>;

/** Milliseconds of a duration that `Duration` accepts. */
export function durationMs(duration: Duration): number {
  return Number(duration.slice(0, -1)) * unitMs[duration.slice(-1) as keyof typeof unitMs];
}

/** `at` moved by `ms`, which may be negative. */
export function plus(at: Instant, ms: number): Instant {
  return new Date(Date.parse(at) + ms).toISOString();
}

export function after(at: Instant, duration: Duration): Instant {
  return plus(at, durationMs(duration));
}

/** Milliseconds from `from` to `to`; negative when `to` is earlier. */
export function between(from: Instant, to: Instant): number {
  return Date.parse(to) - Date.parse(from);
}
