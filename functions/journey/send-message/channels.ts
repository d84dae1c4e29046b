import { type Table } from '../../../lib/aws/table/dynamo-table.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { webhookSecretStore } from '../../../lib/ingestion/workspace/webhook-secret-store.ts';
import { type SendChannel } from '../../../lib/model/workspace.ts';
import { type Deliver } from '../../../lib/journey/messaging/deliver.ts';
import { callUrl } from '../../../lib/journey/messaging/guarded-http-call.ts';
import { inApp, inAppStore } from '../../../lib/journey/messaging/channels/in-app-store.ts';
import { openPorts } from '../../../lib/journey/definition/webhook-ports.ts';
import { webhook } from '../../../lib/journey/messaging/channels/webhook.ts';
import { slack } from '../../../lib/journey/messaging/channels/slack.ts';
import { systemClock as clock } from '../../../lib/shared/time.ts';
import { type Env } from './env.ts';

/** A provider whose client is not even read before the first message on its channel: most environments send on one or two. */
function atFirstUse(make: () => Promise<Deliver>): Deliver {
  let made: Promise<Deliver> | undefined;
  return async (outgoing) => (await (made ??= make()))(outgoing);
}

/** Where there is a setting there is a channel. */
function provided(setting: string | undefined, make: (setting: string) => Promise<Deliver>): Deliver | undefined {
  return setting === undefined ? undefined : atFirstUse(() => make(setting));
}

/** How messages get out on each channel there is a provider for. */
export function channels(
  { table, workspaces }: { table: Table; workspaces: Pick<WorkspaceStore, 'settings'> },
  env: Env,
): Partial<Record<SendChannel, Deliver>> {
  const call = callUrl({ local: env.AWS_ENDPOINT_URL_DYNAMODB !== undefined, ports: openPorts(workspaces) });
  const email = provided(env.EMAIL_FROM, async (from) => {
    const { emailClient, sesEmail } = await import('../../../lib/journey/messaging/channels/email.ts');
    return sesEmail(emailClient(), from);
  });
  const sms = provided(env.SMS_ORIGIN, async (origin) => {
    const { textMessages } = await import('../../../lib/journey/messaging/channels/sms.ts');
    return textMessages({ origin, configurationSet: env.SMS_CONFIGURATION_SET });
  });
  const push = provided(env.PUSH, async () =>
    (await import('../../../lib/journey/messaging/channels/push.ts')).pushes(),
  );
  const whatsapp = provided(env.WHATSAPP_NUMBER_ID, async (id) => {
    const { whatsAppMessages } = await import('../../../lib/journey/messaging/channels/whatsapp.ts');
    return whatsAppMessages(id);
  });
  return {
    ...(email && { email }),
    ...(sms && { sms }),
    ...(push && { push }),
    ...(whatsapp && { whatsapp }),
    'in-app': inApp(inAppStore(table)),
    webhook: webhook({ call, secrets: webhookSecretStore(table, clock).keys, clock }),
    slack: slack({ call }),
  };
}
