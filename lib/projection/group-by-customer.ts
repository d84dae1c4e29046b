import { claimsOf } from '../profile/merge/link-identity.ts';
import { type CustomerRef, isAnonymous } from '../model/customer.ts';
import { type Arrival } from './touchpoint-record.ts';

/** Arrivals of a batch that go into one profile, in the order they came. */
export interface Lot {
  workspace: string;
  customer: CustomerRef;
  arrivals: Arrival[];
}

const nameOf = (workspace: string, ref: CustomerRef): string => `${workspace}#${ref}`;

/** One lot for each customer of the batch. `ownerOf` follows the pointer of a linked identity, as far as one was read. */
export function lotsOf(arrivals: Arrival[], ownerOf: (arrival: Arrival) => CustomerRef): Lot[] {
  const lots = new Map<string, Lot>();
  for (const arrival of arrivals) {
    const customer = ownerOf(arrival);
    const name = nameOf(arrival.workspace, customer);
    const lot = lots.get(name);
    if (lot) lot.arrivals.push(arrival);
    else lots.set(name, { workspace: arrival.workspace, customer, arrivals: [arrival] });
  }
  return [...lots.values()];
}

function namesIn({ workspace, customer, arrivals }: Lot): Set<string> {
  const claims = arrivals.flatMap((arrival) => ('touchpoint' in arrival ? claimsOf(arrival.touchpoint) : []));
  return new Set([customer, ...claims].map((ref) => nameOf(workspace, ref)));
}

interface Group {
  lots: Lot[];
  names: Set<string>;
}

/**
 * Lots that must go one after another, as a touchpoint of one claims the identity of another; anonymous ones first, so that the user's
 * write finds them folded. Groups touch nothing in common and may go at once.
 */
export function groupsOf(lots: Lot[]): Lot[][] {
  const byName = new Map<string, Group>();
  for (const lot of lots) {
    const group: Group = { lots: [lot], names: namesIn(lot) };
    const met = new Set([...group.names].flatMap((name) => byName.get(name) ?? []));
    for (const other of met) {
      group.lots.unshift(...other.lots);
      for (const name of other.names) group.names.add(name);
    }
    for (const name of group.names) byName.set(name, group);
  }
  const first = ({ customer }: Lot): number => (isAnonymous(customer) ? 0 : 1);
  return [...new Set(byName.values())].map(({ lots: together }) => together.sort((a, b) => first(a) - first(b)));
}
