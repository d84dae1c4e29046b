import { type Customer } from '../model/customer.ts';
import { type Profile } from '../model/profile.ts';

/** The identities of one customer, at least one. */
export type CustomerIdentities = [Customer, ...Customer[]];

/**
 * Returns every identity of a customer, its own first. Rows of an enrolment stay with the identity
 * that entered, even after it was linked to a user, so a search must try each.
 */
export function identitiesOf({ workspace, customer, linked }: Profile): CustomerIdentities {
  return [{ workspace, customer }, ...linked.map((owner) => ({ workspace, customer: owner }))];
}
