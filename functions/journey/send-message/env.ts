import * as z from 'zod';

const set = z.string().min(1).optional();

/**
 * What is not set is not there: messages on that channel are skipped, `channel-not-configured`. `EMAIL_FROM`: the sender SES knows.
 * `SMS_ORIGIN`: what text messages come from, `SMS_CONFIGURATION_SET` where their fates are told. `PUSH`: any value, SNS knows the apps.
 * `WHATSAPP_NUMBER_ID`: whose messages they are. The endpoint is set where the table is an embedded engine on this machine: there webhooks
 * may go to this machine too.
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
