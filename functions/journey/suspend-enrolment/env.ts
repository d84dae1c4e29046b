import * as z from 'zod';

/** The group timers lie in, the function they call, the role they call it in, and where calls go that could not be made. */
export const Env = z.object({
  TABLE_NAME: z.string(),
  TIMER_GROUP: z.string(),
  AWAKEN_ARN: z.string(),
  TIMER_ROLE_ARN: z.string(),
  TIMER_DEAD_LETTERS_ARN: z.string(),
});
