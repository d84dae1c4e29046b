import { isDate } from '../shared/calendar/wall-time.ts';

/** RFC 3339 with a capital T and a zone, as the States Language requires. */
const form = /^(\d{4}-\d\d-\d\d)T(\d\d):\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Returns a timestamp as ms since 1970. Undefined for other text, and for a day such as 30
 * February.
 */
export function timestampMs(text: string): number | undefined {
  const [, date = '', hour] = form.exec(text) ?? [];
  const time = Date.parse(text);
  return Number.isNaN(time) || hour === '24' || !isDate(date) ? undefined : time;
}
