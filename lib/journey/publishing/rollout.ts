import { bucketOf, buckets } from '../../model/customer-bucket.ts';
import { type Customer } from '../../model/customer.ts';
import { type JourneyState, type JourneyHead } from './journey-record.ts';

/** Whoever is held or led out while a journey is paused or stopped would try nothing. */
const triedIn: ReadonlySet<JourneyState> = new Set(['draft', 'live', 'closed']);
/** The version somebody who knocks would enter; undefined where nobody is taken in. Test people enter the one on trial, if there is one. */
export function entranceOf(
  head: Pick<JourneyHead, 'journeyId' | 'routes' | 'state' | 'trial'>,
  customer: Customer,
  { test }: { test?: boolean | undefined } = {},
): number | undefined {
  if (test && head.trial !== undefined && triedIn.has(head.state)) return head.trial;
  return head.state === 'live' ? routeOf(head, customer) : undefined;
}

/**
 * The version a customer enters under a gradual roll-out: by hash, so that a growing weight moves nobody back, and whoever entered the new
 * version enters it again.
 */
export function routeOf({ journeyId, routes }: Pick<JourneyHead, 'journeyId' | 'routes'>, customer: Customer): number {
  const [newest, ...others] = routes;
  const bucket = bucketOf(`roll-out ${journeyId} ${newest?.version ?? 0}`, customer);
  let upTo = 0;
  const chosen = routes.find(({ weight }) => bucket < (upTo += (weight / 100) * buckets));
  return (chosen ?? others.at(-1) ?? newest)?.version ?? 0;
}
