import * as z from 'zod';

/** The group of the timers, the function they call, its role, and the queue of failed calls. */
export const Env = z.object({
  TABLE_NAME: z.string(),
  TIMER_GROUP: z.string(),
  AWAKEN_ARN: z.string(),
  TIMER_ROLE_ARN: z.string(),
  TIMER_DEAD_LETTERS_ARN: z.string(),
});
