import * as z from 'zod';

/** What the names of our state machines begin with, and their ARNs but for the name. */
export const Env = z.object({ TABLE_NAME: z.string(), STACK: z.string(), MACHINES: z.string() });
