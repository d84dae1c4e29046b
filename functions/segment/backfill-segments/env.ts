import * as z from 'zod';

export const Env = z.object({
  TABLE_NAME: z.string(),
  DEAD_LETTER_QUEUE_URL: z.string(),
  BUS_NAME: z.string(),
  /** Set where the table is not DynamoDB itself. */
  AWS_ENDPOINT_URL_DYNAMODB: z.string().optional(),
});
