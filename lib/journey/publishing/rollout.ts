import { bucketOf, bucketCount } from '../../model/customer-bucket.ts';
import { type Customer } from '../../model/customer.ts';
import { type JourneyState, type JourneyRecord } from './journey-record.ts';

/**
 * States in which test people may enter a trial version. In a paused or stopped journey the steps
 * would not run.
 */
const statesAllowingTest: ReadonlySet<JourneyState> = new Set(['draft', 'live', 'closed']);
/**
 * Returns the version that an entry would use, or undefined if the journey accepts none. A test
 * person enters the trial version, if there is one.
 */
export function enterableVersion(
  record: Pick<JourneyRecord, 'journeyId' | 'routes' | 'state' | 'trial'>,
  customer: Customer,
  { test }: { test?: boolean | undefined } = {},
): number | undefined {
  if (test && record.trial !== undefined && statesAllowingTest.has(record.state)) return record.trial;
  return record.state === 'live' ? routedVersion(record, customer) : undefined;
}

/**
 * Returns the version that a customer enters, by hash. A growing weight therefore moves no customer
 * back to the older version, and a repeated entry uses the same version.
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
