import * as z from 'zod';

/**
 * `EMAIL_FROM`: the sender SES knows; without it e-mail goes to the outbox only. The endpoint is set where the table is an embedded
 * engine on this machine: there webhooks may go to this machine too.
 */
export const Env = z.object({
  TABLE_NAME: z.string(),
  EMAIL_FROM: z.string().min(1).optional(),
  AWS_ENDPOINT_URL_DYNAMODB: z.string().optional(),
});
