import * as z from 'zod';
import { AwsError } from './aws-error.ts';

/** What a service reads of a request; one of another shape is refused by the name that the service has for it. */
export function readServiceRequest<Shape extends z.ZodType>(
  shape: Shape,
  body: unknown,
  refusedAs = 'ValidationException',
): z.infer<Shape> {
  const read = shape.safeParse(body);
  if (!read.success) throw new AwsError(refusedAs, z.prettifyError(read.error));
  return read.data;
}
