import * as z from 'zod';

/** `PER_SECOND`: steps resumed a second when a journey is resumed. */
export const Env = z.object({
  TABLE_NAME: z.string(),
  DEAD_LETTER_QUEUE_URL: z.string(),
  BUS_NAME: z.string(),
  PER_SECOND: z.coerce.number().int().min(1),
});
