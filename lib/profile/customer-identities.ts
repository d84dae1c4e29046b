import { type Customer } from '../model/customer.ts';
import { type Profile } from '../model/profile.ts';

/** The identities of one customer, at least one. */
export type CustomerIdentities = [Customer, ...Customer[]];

/**
 * Every identity of a customer, its own first. What an enrolment writes stays with the identity that entered, also after that was
 * linked to a user; so looking for it means looking with each.
 */
export function identitiesOf({ workspace, customer, linked }: Profile): CustomerIdentities {
  return [{ workspace, customer }, ...linked.map((owner) => ({ workspace, customer: owner }))];
}
