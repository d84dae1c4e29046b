import * as z from 'zod';

/** The function's environment by its schema. Throws at cold start, naming each variable that is missing or wrong. */
export function readEnv<Shape extends z.ZodType>(schema: Shape): z.infer<Shape> {
  const read = schema.safeParse(process.env);
  if (!read.success) throw new Error(`environment: ${z.prettifyError(read.error)}`);
  return read.data;
}
