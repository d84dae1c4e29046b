import { type Retrier } from './machine-definition.ts';
import { names, type StateFailure } from '../failure.ts';

export interface RetryDecision {
  /** Which retrier took it: its own count of attempts goes up, the others keep theirs. */
  retrier: number;
  delayMs: number;
}

/**
 * The first retrier that names the failure decides, and when it has no attempts left nobody else is asked. `tries` counts the attempts
 * each retrier has made in this visit of the state; `random` is in 0–1, for full jitter.
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
