import * as z from 'zod';

export const Env = z.object({ TABLE_NAME: z.string(), DEAD_LETTER_QUEUE_URL: z.string() });
