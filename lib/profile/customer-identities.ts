import { type Table } from '../aws/table/dynamo-table.ts';
import { type Customer } from '../model/customer.ts';
import { Touchpoint } from '../model/touchpoint.ts';
import { partition, timelineRanges } from '../model/table-keys.ts';
import { type Profile } from '../model/profile.ts';
import { type ProfileStore, type Stored } from './profile-store.ts';
import { type Instant } from '../shared/time.ts';

/** The identities of one customer, at least one. */
export type Owners = [Customer, ...Customer[]];

/**
 * Every identity of a customer, its own first. What an enrolment writes stays with the identity that entered, also after that was
 * linked to a user; so looking for it means looking with each.
 */
export function ownersOf({ workspace, customer, linked }: Profile): Owners {
  return [{ workspace, customer }, ...linked.map((owner) => ({ workspace, customer: owner }))];
}

/** The profile of a customer, pointers followed, with the revision to write over. */
export async function storedProfile(profiles: ProfileStore, customer: Customer): Promise<Stored | undefined> {
  return (await profiles.getMany([customer])).get(partition(customer));
}

/** More touchpoints than this in the moment between a trigger and its enrolment are no customer's. */
const maxSince = 200;

/** The touchpoints of all identities from `since` on, by their sources' clocks, folded into the profile or not yet. */
export async function touchpointsSince(table: Table, profile: Profile, since: Instant): Promise<Touchpoint[]> {
  const prefix = timelineRanges.touchpoint;
  const range = { prefix, from: `${prefix}${since}`, limit: maxSince, consistent: true };
  const rows = await Promise.all(ownersOf(profile).map((owner) => table.query(partition(owner), range)));
  return rows.flat().map(({ sk, doc }) => {
    const position = sk.slice(prefix.length);
    const end = position.indexOf('#');
    const place = { at: position.slice(0, end), messageId: position.slice(end + 1) };
    return Touchpoint.parse({ ...(JSON.parse(String(doc)) as object), ...place });
  });
}
