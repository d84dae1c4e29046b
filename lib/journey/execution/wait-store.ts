import { type Table, type Write } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { daySeconds, type Instant, ttlAfter } from '../../shared/time.ts';
import { type CustomerIdentities } from '../../profile/customer-identities.ts';

/**
 * Retention of a wait's row after `until`, s: one day, for a signal that arrives late.
 */
const retentionSeconds = daySeconds;

/**
 * The task token of a step that waits for a touchpoint. Its key has the wait's id. The profile
 * holds the predicate under the same id.
 */
export interface WaitRow {
  owner: Customer;
  waitId: string;
  enrolmentId: string;
  stepId: string;
  token: string;
  until: Instant;
}

/** Returns the TTL of a row that is needed until `until`, in seconds since 1970. */
export function expiry(until: Instant): number {
  return ttlAfter(until, retentionSeconds);
}

/** Returns the write of a wait's row. A retried step replaces the token. */
export function waitWrite({ owner, waitId, until, ...row }: WaitRow): Write {
  return { put: { ...keys.wait(owner, waitId), ...row, until, ttl: expiry(until) } };
}

/** Reads the waits of steps. */
export interface WaitStore {
  /**
   * Returns the token of a wait, in the partition of the identity that waits. Strongly consistent.
   * Returns undefined if there is no row.
   */
  token(owners: CustomerIdentities, waitId: string): Promise<string | undefined>;
}

/** Creates the store of waits in a table. */
export function waitStore(table: Table): WaitStore {
  return { token: (owners, waitId) => findToken(table, owners, waitId) };
}

async function findToken(table: Table, owners: CustomerIdentities, waitId: string): Promise<string | undefined> {
  const waitKeys = owners.map((owner) => keys.wait(owner, waitId));
  const [row] = await table.getMany(waitKeys, { consistent: true });
  return typeof row?.token === 'string' ? row.token : undefined;
}
