import * as z from 'zod';

const set = z.string().min(1).optional();

/**
 * A channel without its setting is skipped (`channel-not-configured`). `EMAIL_FROM`: sender
 * verified in SES. `SMS_ORIGIN`: origin of text messages; `SMS_CONFIGURATION_SET`: where their
 * deliveries are published. `PUSH`: any value. `WHATSAPP_NUMBER_ID`: sending number. The endpoint
 * is set where the table is a local engine; there webhooks may reach this machine too.
 */
export const Env = z.object({
  TABLE_NAME: z.string(),
  EMAIL_FROM: set,
  SMS_ORIGIN: set,
  SMS_CONFIGURATION_SET: set,
  PUSH: set,
  WHATSAPP_NUMBER_ID: set,
  AWS_ENDPOINT_URL_DYNAMODB: z.string().optional(),
});
export type Env = z.infer<typeof Env>;
