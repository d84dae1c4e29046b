import { type Table } from '../../../lib/aws/table.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/store.ts';
import { webhookSecretStore } from '../../../lib/ingestion/webhook-secret-store.ts';
import { type SendChannel } from '../../../lib/ingestion/workspace.ts';
import { type Deliver } from '../../../lib/journey/deliver.ts';
import { callUrl } from '../../../lib/journey/http-call.ts';
import { inApp, inAppStore } from '../../../lib/journey/in-app-store.ts';
import { openPorts } from '../../../lib/journey/webhook-ports.ts';
import { slack, webhook } from '../../../lib/journey/webhook.ts';
import { systemClock as clock } from '../../../lib/time.ts';
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
    const { emailClient, sesEmail } = await import('../../../lib/aws/email.ts');
    return sesEmail(emailClient(), from);
  });
  const sms = provided(env.SMS_ORIGIN, async (origin) => {
    const { textMessages } = await import('../../../lib/aws/sms.ts');
    return textMessages({ origin, configurationSet: env.SMS_CONFIGURATION_SET });
  });
  const push = provided(env.PUSH, async () => (await import('../../../lib/aws/push.ts')).pushes());
  const whatsapp = provided(env.WHATSAPP_NUMBER_ID, async (id) => {
    const { whatsAppMessages } = await import('../../../lib/aws/whatsapp.ts');
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
