import { identityClaims } from '../profile/merge/link-identity.ts';
import { type CustomerRef, isAnonymous } from '../model/customer.ts';
import { type TouchpointRecord } from './touchpoint-record.ts';

/** Arrivals of a batch that go into one profile, in the order they came. */
export interface CustomerBatch {
  workspace: string;
  customer: CustomerRef;
  arrivals: TouchpointRecord[];
}

const identityKey = (workspace: string, ref: CustomerRef): string => `${workspace}#${ref}`;

/** One lot for each customer of the batch. `ownerOf` follows the pointer of a linked identity, as far as one was read. */
export function groupByCustomer(
  arrivals: TouchpointRecord[],
  ownerOf: (arrival: TouchpointRecord) => CustomerRef,
): CustomerBatch[] {
  const lots = new Map<string, CustomerBatch>();
  for (const arrival of arrivals) {
    const customer = ownerOf(arrival);
    const name = identityKey(arrival.workspace, customer);
    const lot = lots.get(name);
    if (lot) lot.arrivals.push(arrival);
    else lots.set(name, { workspace: arrival.workspace, customer, arrivals: [arrival] });
  }
  return [...lots.values()];
}

function identitiesIn({ workspace, customer, arrivals }: CustomerBatch): Set<string> {
  const claims = arrivals.flatMap((arrival) => ('touchpoint' in arrival ? identityClaims(arrival.touchpoint) : []));
  return new Set([customer, ...claims].map((ref) => identityKey(workspace, ref)));
}

interface LinkedCustomers {
  lots: CustomerBatch[];
  names: Set<string>;
}

/**
 * Lots that must go one after another, as a touchpoint of one claims the identity of another; anonymous ones first, so that the user's
 * write finds them folded. Groups touch nothing in common and may go at once.
 */
export function groupLinkedCustomers(lots: CustomerBatch[]): CustomerBatch[][] {
  const byName = new Map<string, LinkedCustomers>();
  for (const lot of lots) {
    const group: LinkedCustomers = { lots: [lot], names: identitiesIn(lot) };
    const met = new Set([...group.names].flatMap((name) => byName.get(name) ?? []));
    for (const other of met) {
      group.lots.unshift(...other.lots);
      for (const name of other.names) group.names.add(name);
    }
    for (const name of group.names) byName.set(name, group);
  }
  const first = ({ customer }: CustomerBatch): number => (isAnonymous(customer) ? 0 : 1);
  return [...new Set(byName.values())].map(({ lots: together }) => together.sort((a, b) => first(a) - first(b)));
}
