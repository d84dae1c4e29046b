import { type Instant, instantAt, dayMs } from '../../shared/time.ts';

export type PeriodUnit = 'week' | 'month';

/** 1970-01-01 was a Thursday: weeks begin on Monday (ISO 8601). */
const mondayMs = 4 * dayMs;

/** Calendar periods as consecutive numbers. A time is ms since 1970, in UTC. */
export const periodOf: Record<PeriodUnit, (at: number) => number> = {
  week: (at) => Math.floor((at - mondayMs) / (7 * dayMs)),
  month: (at) => {
    const date = new Date(at);
    return 12 * (date.getUTCFullYear() - 1970) + date.getUTCMonth();
  },
};

/** When a period begins, UTC. */
export const periodStart: Record<PeriodUnit, (period: number) => Instant> = {
  week: (period) => instantAt(period * 7 * dayMs + mondayMs),
  month: (period) => instantAt(Date.UTC(1970, period)),
};
