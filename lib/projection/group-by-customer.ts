import { identityClaims } from '../profile/merge/link-identity.ts';
import { type CustomerRef, isAnonymous } from '../model/customer.ts';
import { partition } from '../model/keys/table-keys.ts';
import { type TouchpointRecord } from './touchpoint-record.ts';

/** Records of a batch that change one profile, in stream order. */
export interface CustomerBatch {
  workspace: string;
  customer: CustomerRef;
  records: TouchpointRecord[];
}

const identityKey = (workspace: string, ref: CustomerRef): string => partition({ workspace, customer: ref });

/**
 * Groups records by customer. `ownerOf` resolves a linked identity to its user, if its pointer was
 * read.
 */
export function groupByCustomer(
  records: TouchpointRecord[],
  ownerOf: (record: TouchpointRecord) => CustomerRef,
): CustomerBatch[] {
  const batches = new Map<string, CustomerBatch>();
  for (const record of records) {
    const customer = ownerOf(record);
    const key = identityKey(record.workspace, customer);
    const batch = batches.get(key);
    if (batch) batch.records.push(record);
    else batches.set(key, { workspace: record.workspace, customer, records: [record] });
  }
  return [...batches.values()];
}

function identitiesIn({ workspace, customer, records }: CustomerBatch): Set<string> {
  const claims = records.flatMap((record) => ('touchpoint' in record ? identityClaims(record.touchpoint) : []));
  return new Set([customer, ...claims].map((ref) => identityKey(workspace, ref)));
}

interface LinkedCustomers {
  batches: CustomerBatch[];
  identities: Set<string>;
}

/**
 * Groups batches of which one claims the identity of another. A group runs in sequence, anonymous
 * customers first, so that the user's write finds them folded. Groups share no profile, so they may
 * run in parallel.
 */
export function groupLinkedCustomers(all: CustomerBatch[]): CustomerBatch[][] {
  const byIdentity = new Map<string, LinkedCustomers>();
  for (const batch of all) {
    const group: LinkedCustomers = { batches: [batch], identities: identitiesIn(batch) };
    const linked = new Set([...group.identities].flatMap((identity) => byIdentity.get(identity) ?? []));
    for (const other of linked) {
      group.batches.unshift(...other.batches);
      for (const identity of other.identities) group.identities.add(identity);
    }
    for (const identity of group.identities) byIdentity.set(identity, group);
  }
  const rank = ({ customer }: CustomerBatch): number => (isAnonymous(customer) ? 0 : 1);
  return [...new Set(byIdentity.values())].map(({ batches }) => batches.sort((a, b) => rank(a) - rank(b)));
}
