import * as z from 'zod';

/**
 * Parses the environment of a function. Throws at cold start and names each missing or invalid
 * variable.
 */
export function readEnv<Shape extends z.ZodType>(schema: Shape): z.infer<Shape> {
  const read = schema.safeParse(process.env);
  if (!read.success) throw new Error(`environment: ${z.prettifyError(read.error)}`);
  return read.data;
}
