import { createHmac } from 'node:crypto';

/** How secrets of Standard Webhooks are written: the bytes in base64 behind a prefix. */
export const secretPrefix = 'whsec_';

function sign(secret: string, signed: string): string {
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

/**
 * Headers by which a receiver knows a call to be ours and unchanged, as Standard Webhooks has them: the id, which is the same for every try,
 * the time of this try, and a signature over both and the body. One for each secret: while an old one is on its way out both are right.
 */
export function signHeaders(
  { id, body, secrets }: { id: string; body: string; secrets: readonly string[] },
  nowMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signed = `${id}.${timestamp}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => sign(secret, signed)).join(' '),
  };
}
