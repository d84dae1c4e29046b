import * as z from 'zod';

/** Prefix of the names of state machines, and prefix of their ARNs. */
export const Env = z.object({ TABLE_NAME: z.string(), STACK: z.string(), MACHINES: z.string() });
