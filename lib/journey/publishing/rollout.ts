import { bucketOf, bucketCount } from '../../model/customer-bucket.ts';
import { type Customer } from '../../model/customer.ts';
import { type JourneyState, type JourneyRecord } from './journey-record.ts';

/** Whoever is held or led out while a journey is paused or stopped would try nothing. */
const statesAllowingTest: ReadonlySet<JourneyState> = new Set(['draft', 'live', 'closed']);
/** The version somebody who knocks would enter; undefined where nobody is taken in. Test people enter the one on trial, if there is one. */
export function enterableVersion(
  head: Pick<JourneyRecord, 'journeyId' | 'routes' | 'state' | 'trial'>,
  customer: Customer,
  { test }: { test?: boolean | undefined } = {},
): number | undefined {
  if (test && head.trial !== undefined && statesAllowingTest.has(head.state)) return head.trial;
  return head.state === 'live' ? routedVersion(head, customer) : undefined;
}

/**
 * The version a customer enters under a gradual roll-out: by hash, so that a growing weight moves nobody back, and whoever entered the new
 * version enters it again.
 */
export function routedVersion(
  { journeyId, routes }: Pick<JourneyRecord, 'journeyId' | 'routes'>,
  customer: Customer,
): number {
  const [newest, ...others] = routes;
  const bucket = bucketOf(`roll-out ${journeyId} ${newest?.version ?? 0}`, customer);
  let upTo = 0;
  const chosen = routes.find(({ weight }) => bucket < (upTo += (weight / 100) * bucketCount));
  return (chosen ?? others.at(-1) ?? newest)?.version ?? 0;
}
