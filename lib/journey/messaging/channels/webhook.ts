import { type Clock } from '#lib/shared/time.ts';
import { type CallUrl, type HttpAnswer } from '../guarded-http-call.ts';
import { type DeliverMessage, type OutgoingMessage } from '../deliver.ts';
import { type SendOutcome } from '../send-ledger.ts';
import { signHeaders } from '../webhook-signature.ts';

/** Headers of every JSON call. */
export const jsonHeaders = { 'content-type': 'application/json', 'user-agent': 'Throughline' } as const;

/**
 * Converts an HTTP answer to an outcome. A status other than 2xx is `failed`. Without an answer it
 * is `unknown`, unless the request was refused before sending.
 */
export function outcomeOfAnswer(answer: HttpAnswer, provider: string): SendOutcome {
  if (answer.outcome !== 'answered')
    return { status: answer.outcome === 'refused' ? 'failed' : 'unknown', provider, reason: answer.reason };
  const { status } = answer;
  return status >= 200 && status < 300
    ? { status: 'sent', provider }
    : { status: 'failed', provider, reason: `http-${status}` };
}

function bodyOf({ message, idempotencyKey, about }: OutgoingMessage): string {
  return JSON.stringify({ messageId: idempotencyKey, ...about, ...message });
}

/** What a signed call needs. `secrets` returns the active webhook secrets of a workspace. */
export interface Signing {
  call: CallUrl;
  secrets: (workspace: string) => Promise<readonly string[]>;
  clock: Clock;
}

/** Returns the signature's headers, or undefined if the secrets cannot be read. */
async function signOutgoing(
  { secrets, clock }: Pick<Signing, 'secrets' | 'clock'>,
  { idempotencyKey, about }: OutgoingMessage,
  body: string,
): Promise<Record<string, string> | undefined> {
  try {
    const active = await secrets(about.workspace);
    return signHeaders({ id: idempotencyKey, body, secrets: active }, Date.parse(clock.now()));
  } catch {
    return undefined;
  }
}

async function postSigned(signing: Signing, outgoing: OutgoingMessage): Promise<SendOutcome> {
  const { idempotencyKey, about, to } = outgoing;
  const body = bodyOf(outgoing);
  const signature = await signOutgoing(signing, outgoing, body);
  if (!signature) return { status: 'failed', provider: 'webhook', reason: 'no-secret' };
  const headers = { ...jsonHeaders, 'idempotency-key': idempotencyKey, ...signature };
  const request = { workspace: about.workspace, url: to, method: 'POST', headers, body };
  return outcomeOfAnswer(await signing.call(request), 'webhook');
}

/**
 * Creates a channel that posts messages as JSON, signed with the workspace's secrets. Fails without
 * sending if they cannot be read.
 */
export function webhookChannel(signing: Signing): DeliverMessage {
  return (outgoing) => postSigned(signing, outgoing);
}
