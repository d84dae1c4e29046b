import * as z from 'zod';

/** `JOURNEYS`: journey id → ARN of the alias that starts executions of a deployed journey. */
export const Env = z.object({
  TABLE_NAME: z.string(),
  DEAD_LETTER_QUEUE_URL: z.string(),
  JOURNEYS: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.record(z.string(), z.string())),
});
