import { createHmac } from 'node:crypto';

/** Prefix of a Standard Webhooks secret. The key follows in base64. */
export const secretPrefix = 'whsec_';

function sign(secret: string, signed: string): string {
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

/**
 * Returns the headers of Standard Webhooks: the id, which is the same on each attempt, the
 * attempt's time, and a signature of id, time and body for each secret. During a rotation both
 * secrets sign, so receivers may check either.
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
