import { type Clock } from '../../../shared/time.ts';
import { type CallUrl, type HttpAnswer } from '../guarded-http-call.ts';
import { type Deliver, type Outgoing } from '../deliver.ts';
import { type SendEnd } from '../send-ledger-store.ts';
import { signedHeaders } from '../webhook-signature.ts';

/** What every call of ours says of itself. */
export const jsonHeaders = { 'content-type': 'application/json', 'user-agent': 'Throughline' } as const;

/** A receiver that answers other than 2xx has not taken it; one that does not answer may have. */
export function endOf(answer: HttpAnswer, provider: string): SendEnd {
  if (answer.outcome !== 'answered')
    return { status: answer.outcome === 'refused' ? 'failed' : 'unknown', provider, reason: answer.reason };
  const { status } = answer;
  return status >= 200 && status < 300
    ? { status: 'sent', provider }
    : { status: 'failed', provider, reason: `http-${status}` };
}

function bodyOf({ message, idempotencyKey, about }: Outgoing): string {
  return JSON.stringify({ messageId: idempotencyKey, ...about, ...message });
}

export interface Signing {
  call: CallUrl;
  secrets: (workspace: string) => Promise<readonly string[]>;
  clock: Clock;
}

/** Posts a message as JSON, signed with the workspace's secret. */
export function webhook({ call, secrets, clock }: Signing): Deliver {
  return async (outgoing) => {
    const id = outgoing.idempotencyKey;
    const body = bodyOf(outgoing);
    let signed: Record<string, string>;
    try {
      signed = signedHeaders({ id, body, secrets: await secrets(outgoing.about.workspace) }, Date.parse(clock.now()));
    } catch {
      return { status: 'failed', provider: 'webhook', reason: 'no-secret' };
    }
    const headers = { ...jsonHeaders, 'idempotency-key': id, ...signed };
    return endOf(
      await call({ workspace: outgoing.about.workspace, url: outgoing.to, method: 'POST', headers, body }),
      'webhook',
    );
  };
}
