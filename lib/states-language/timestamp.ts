import { isDate } from '../shared/calendar/wall-time.ts';

/** RFC 3339 with a capital T and a zone, as the States Language wants it. */
const form = /^(\d{4}-\d\d-\d\d)T(\d\d):\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Epoch milliseconds of a timestamp; undefined for any other text, also for a day that its month does not have. */
export function timestampMs(text: string): number | undefined {
  const [, date = '', hour] = form.exec(text) ?? [];
  const time = Date.parse(text);
  return Number.isNaN(time) || hour === '24' || !isDate(date) ? undefined : time;
}
