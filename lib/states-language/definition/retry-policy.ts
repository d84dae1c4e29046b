import { type Retrier } from './machine-definition.ts';
import { names, type StateFailure } from '../failure.ts';

export interface RetryDecision {
  /** Index of the retrier that applies. Only its count of attempts grows. */
  retrier: number;
  delayMs: number;
}

/**
 * Returns the delay before the next attempt, or undefined for none. Only the first retrier that
 * names the failure counts, even if it has no attempts left. `tries` holds the attempts of each
 * retrier in this visit of the state. `random` returns 0 to 1, for full jitter.
 */
export function decideRetry(
  retriers: readonly Retrier[],
  failure: StateFailure,
  { tries, random }: { tries: readonly number[]; random: () => number },
): RetryDecision | undefined {
  const retrier = retriers.findIndex((candidate) => names(candidate.ErrorEquals, failure));
  const policy = retriers[retrier];
  const attempt = tries[retrier] ?? 0;
  if (!policy || attempt >= policy.MaxAttempts) return undefined;
  const seconds = Math.min(policy.IntervalSeconds * policy.BackoffRate ** attempt, policy.MaxDelaySeconds ?? Infinity);
  const share = policy.JitterStrategy === 'FULL' ? random() : 1;
  return { retrier, delayMs: Math.round(seconds * 1_000 * share) };
}
