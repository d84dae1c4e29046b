import { type Customer } from '../../model/customer.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { routedVersion } from './rollout.ts';
import { type LiveJourney, type LiveVersion } from './journey-store.ts';

/**
 * Returns the version that a customer would enter. Returns undefined if the routed version could
 * not be read.
 */
export function liveVersionFor({ record, versions }: LiveJourney, customer: Customer): LiveVersion | undefined {
  if (versions.length === 1) return versions[0];
  const version = routedVersion(record, customer);
  return versions.find((one) => one.version === version);
}

/** Returns the live journeys' definitions, each in the version that the customer would enter. */
export function liveDefinitionsFor(live: readonly LiveJourney[], customer: Customer): JourneyDefinition[] {
  return live.flatMap((journey) => liveVersionFor(journey, customer)?.definition ?? []);
}
