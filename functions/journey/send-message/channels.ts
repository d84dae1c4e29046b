import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { webhookSecretStore } from '#lib/ingestion/workspace/webhook-secret-store.ts';
import { type SendChannel } from '#lib/model/workspace.ts';
import { type DeliverMessage } from '#lib/journey/messaging/deliver.ts';
import { callUrl } from '#lib/journey/messaging/guarded-http-call.ts';
import { inAppChannel } from '#lib/journey/messaging/channels/in-app.ts';
import { inAppStore } from '#lib/journey/messaging/channels/in-app-store.ts';
import { openPorts } from '#lib/journey/definition/webhook-ports.ts';
import { webhookChannel } from '#lib/journey/messaging/channels/webhook.ts';
import { slackChannel } from '#lib/journey/messaging/channels/slack.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { type Env } from './env.ts';

/**
 * Loads the provider's client at the first message, because most environments use one or two
 * channels.
 */
function atFirstUse(make: () => Promise<DeliverMessage>): DeliverMessage {
  let made: Promise<DeliverMessage> | undefined;
  return async (outgoing) => (await (made ??= make()))(outgoing);
}

/** Returns the channel if its setting is there. */
function provided(
  setting: string | undefined,
  make: (setting: string) => Promise<DeliverMessage>,
): DeliverMessage | undefined {
  return setting === undefined ? undefined : atFirstUse(() => make(setting));
}

/** Returns a delivery function for each channel that has a provider. */
export function composeChannels(
  { table, workspaces }: { table: Table; workspaces: Pick<WorkspaceStore, 'settings'> },
  env: Env,
): Partial<Record<SendChannel, DeliverMessage>> {
  const call = callUrl({ local: env.AWS_ENDPOINT_URL_DYNAMODB !== undefined, ports: openPorts(workspaces) });
  const email = provided(env.EMAIL_FROM, async (from) => {
    const { emailClient, emailChannel: sesEmail } = await import('#lib/journey/messaging/channels/email.ts');
    return sesEmail(emailClient(), from);
  });
  const sms = provided(env.SMS_ORIGIN, async (origin) => {
    const { smsChannel: textMessages } = await import('#lib/journey/messaging/channels/sms.ts');
    return textMessages({ origin, configurationSet: env.SMS_CONFIGURATION_SET });
  });
  const push = provided(env.PUSH, async () => (await import('#lib/journey/messaging/channels/push.ts')).pushChannel());
  const whatsapp = provided(env.WHATSAPP_NUMBER_ID, async (id) => {
    const { whatsAppChannel: whatsAppMessages } = await import('#lib/journey/messaging/channels/whatsapp.ts');
    return whatsAppMessages(id);
  });
  return {
    ...(email && { email }),
    ...(sms && { sms }),
    ...(push && { push }),
    ...(whatsapp && { whatsapp }),
    'in-app': inAppChannel(inAppStore(table)),
    webhook: webhookChannel({ call, secrets: webhookSecretStore(table, clock).keys, clock }),
    slack: slackChannel({ call }),
  };
}
