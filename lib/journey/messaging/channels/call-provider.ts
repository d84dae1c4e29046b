import { compact } from '#lib/shared/records.ts';
import { pause } from '#lib/shared/retry.ts';
import { type SendOutcome } from '../send-ledger.ts';

/** The class of an error that an SDK client throws. */
type ErrorClass = abstract new (...args: never[]) => Error;

interface Provider {
  provider: string;
  /** Errors that mean the message was not accepted. */
  refusals: readonly ErrorClass[];
  /** Error that means the message was not accepted because of a rate limit. */
  throttled: ErrorClass;
}

/** Delays between attempts of a throttled call, ms. Providers limit sends per second. */
const throttlePausesMs = [200, 600, 1_800];

/**
 * Sends once. Only a throttled call is retried, because it was not accepted. A refusal is `failed`.
 * After any other error the message may have been sent, so the outcome is `unknown`. `send` must
 * not retry by its client.
 */
export async function sendOnce(
  { provider, refusals, throttled }: Provider,
  send: () => Promise<string | undefined>,
): Promise<SendOutcome> {
  for (let tries = 0; ; tries++) {
    try {
      const providerId = await send();
      return { status: 'sent', provider, ...compact({ providerId }) };
    } catch (error) {
      const pauseMs = throttlePausesMs[tries];
      if (pauseMs === undefined || !(error instanceof throttled))
        return outcomeOfError({ provider, refusals: [...refusals, throttled] }, error);
      await pause(pauseMs);
    }
  }
}

/** Returns `failed` for a refusal. After any other error the message may have been sent. */
function outcomeOfError({ provider, refusals }: Pick<Provider, 'provider' | 'refusals'>, error: unknown): SendOutcome {
  const isRefused = refusals.some((refusal) => error instanceof refusal);
  const reason = error instanceof Error ? error.name : 'unknown';
  return { status: isRefused ? 'failed' : 'unknown', provider, reason };
}
