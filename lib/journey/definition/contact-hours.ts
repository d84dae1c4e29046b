import * as z from 'zod';
import { LocalTime, Weekday } from '../../model/workspace.ts';

const Hours = z.strictObject({ from: LocalTime, to: LocalTime });
/** When marketing may reach a customer, on the clocks where the customer lives; what is named here stands for the workspace's own rule. */
export const ContactHours = z.strictObject({
  quiet: Hours.optional(),
  /** By day of the week; a day that is not named is closed. */
  open: z.partialRecord(Weekday, Hours).optional(),
  /** `2026-12-25`, or `12-25` for every year. */
  closed: z
    .array(z.string().regex(/^(\d{4}-)?\d{2}-\d{2}$/))
    .max(400)
    .optional(),
  /** For a customer of no known zone: the workspace's zone, or no message. */
  missingZone: z.enum(['workspace', 'skip']).default('workspace'),
});
export type ContactHours = z.infer<typeof ContactHours>;
