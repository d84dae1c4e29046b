import { newProfile, type Profile } from '../../lib/profile/profile.ts';
import { type Instant, plus } from '../../lib/time.ts';

export const dayMs = 86_400_000;
export const start: Instant = '2026-01-01T09:00:00.000Z';

/** `start` moved by days. */
export const day = (n: number): Instant => plus(start, n * dayMs);

/** Somebody who bought `n` times, every so many days, and was last seen at the last purchase. */
export function buyer({ n, every }: { n: number; every: number }): Profile {
  const last = day((n - 1) * every);
  return {
    ...newProfile({ workspace: 'local', customer: 'u:mina' }, start),
    lastSeen: last,
    purchases: { n, revenue: 50 * n, first: start, last },
  };
}

/** Days after the last purchase. */
export const silentFor = (profile: Profile, days: number): Instant => plus(profile.lastSeen, days * dayMs);
