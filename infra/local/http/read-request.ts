import * as z from 'zod';
import { AwsError } from './aws-error.ts';

/** Parses a request of a service. Throws the service's own error for an invalid one. */
export function readServiceRequest<Shape extends z.ZodType>(
  shape: Shape,
  body: unknown,
  refusedAs = 'ValidationException',
): z.infer<Shape> {
  const read = shape.safeParse(body);
  if (!read.success) throw new AwsError(refusedAs, z.prettifyError(read.error));
  return read.data;
}
