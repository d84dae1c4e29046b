import { type SendOutcome } from '../send-ledger-store.ts';

/** The class of an error that an SDK client throws. */
type ErrorClass = abstract new (...args: never[]) => Error;

interface Provider {
  provider: string;
  /** Answers that mean: not taken. */
  refusals: readonly ErrorClass[];
  /** The one that means: not taken, but in a moment it would be. */
  throttled: ErrorClass;
}

/** Providers limit sends by the second: a moment later there is room. */
const throttlePausesMs = [200, 600, 1_800];

/**
 * One send, whose client tries once: a second try after an answer that was lost would be a second message. Only a throttled call, which
 * was not taken, is tried again. Refused is `failed`; whatever else goes wrong may have gone out: `unknown`.
 */
export async function sendOnce(
  { provider, refusals, throttled }: Provider,
  send: () => Promise<string | undefined>,
): Promise<SendOutcome> {
  for (let tries = 0; ; tries++) {
    try {
      const providerId = await send();
      return { status: 'sent', provider, ...(providerId !== undefined && { providerId }) };
    } catch (error) {
      const pause = throttlePausesMs[tries];
      const isThrottled = error instanceof throttled;
      if (isThrottled && pause !== undefined) {
        await new Promise((resume) => setTimeout(resume, pause));
        continue;
      }
      const refused = isThrottled || refusals.some((refusal) => error instanceof refusal);
      const reason = error instanceof Error ? error.name : 'unknown';
      return { status: refused ? 'failed' : 'unknown', provider, reason };
    }
  }
}
