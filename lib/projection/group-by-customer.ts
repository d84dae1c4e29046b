import { identityClaims } from '../profile/merge/link-identity.ts';
import { type CustomerRef, isAnonymous } from '../model/customer.ts';
import { partition } from '../model/keys/table-keys.ts';
import { type TouchpointRecord } from './touchpoint-record.ts';

/** Records of a batch that change one profile, in stream order. */
export interface CustomerBatch {
  workspace: string;
  customer: CustomerRef;
  arrivals: TouchpointRecord[];
}

const identityKey = (workspace: string, ref: CustomerRef): string => partition({ workspace, customer: ref });

/**
 * Groups records by customer. `ownerOf` resolves a linked identity to its user, if its pointer was
 * read.
 */
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
 * Groups batches of which one claims the identity of another. A group runs in sequence, anonymous
 * customers first, so that the user's write finds them folded. Groups share no profile, so they may
 * run in parallel.
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
