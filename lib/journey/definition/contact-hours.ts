import * as z from 'zod';
import { LocalTime, Weekday } from '../../model/workspace.ts';

const Hours = z.strictObject({ from: LocalTime, to: LocalTime });

/**
 * When marketing may reach a customer, in the customer's time zone. Each field replaces the
 * workspace's own rule.
 */
export const ContactHours = z.strictObject({
  quiet: Hours.optional(),
  /** By day of the week. A missing day is closed. */
  open: z.partialRecord(Weekday, Hours).optional(),
  /** `2026-12-25`, or `12-25` for every year. */
  closed: z
    .array(z.string().regex(/^(\d{4}-)?\d{2}-\d{2}$/))
    .max(400)
    .optional(),
  /** What applies to a customer without a known zone: the workspace's zone, or no message. */
  missingZone: z.enum(['workspace', 'skip']).default('workspace'),
});
export type ContactHours = z.infer<typeof ContactHours>;
