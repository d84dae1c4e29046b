import { type Item, type Table, type Write } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { keys } from '../../model/table-keys.ts';
import { type Instant } from '../../shared/time.ts';
import { type CustomerIdentities } from '../../profile/customer-identities.ts';

/** How long a row outlives its wait: for whoever wakes it late. Seconds. */
const keptFor = 86_400;

/** The task token of a step that waits for a touchpoint: found by the wait's id, which the profile holds together with its predicate. */
export interface WaitRow {
  owner: Customer;
  waitId: string;
  enrolmentId: string;
  stepId: string;
  token: string;
  until: Instant;
}

export function expiry(until: Instant): number {
  return Math.floor(Date.parse(until) / 1000) + keptFor;
}

/** A step that was retried registers again: the newer token is the one that counts. */
export function waitWrite({ owner, waitId, until, ...row }: WaitRow): Write {
  return { put: { ...keys.wait(owner, waitId), ...row, until, ttl: expiry(until) } };
}

export interface WaitStore {
  /** The token, in the partition of whichever identity waits. */
  token(owners: CustomerIdentities, waitId: string): Promise<string | undefined>;
}

export function waitStore(table: Table): WaitStore {
  return {
    async token(owners, waitId) {
      const [row] = await table.getMany(
        owners.map((owner) => keys.wait(owner, waitId)),
        { consistent: true },
      );
      return tokenOf(row);
    },
  };
}

const tokenOf = (row: Item | undefined): string | undefined => (typeof row?.token === 'string' ? row.token : undefined);
