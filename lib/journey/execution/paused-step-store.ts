import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { keys, listShard, listShards } from '../../model/keys/table-keys.ts';
import { parsePausedStepKey } from '../../model/keys/parse-keys.ts';
import { type Instant, ttlAfter, daySeconds } from '../../shared/time.ts';

/** A step that waits because its journey is paused. */
export interface PausedStep {
  owner: Customer;
  journeyId: string;
  enrolmentId: string;
  stepId: string;
  /** Time at which the execution reached the step. */
  since: Instant;
  /** Task token that resumes the execution. */
  token: string;
}

/** Position of a reader in a journey's lists of paused steps. */
export interface PausedListPlace {
  list: number;
  after?: string | undefined;
}

/**
 * How long a row is kept, in seconds. A Step Functions execution lasts at most one year, so no row
 * is needed after that.
 */
const keptFor = 400 * daySeconds;

/**
 * Paused steps by journey, in a partition of their own, so that a consistent read finds every row.
 * A caller of `add` must read the journey record again afterwards, consistently. If the pause is
 * over, `resume-paused-journey` may have missed the row. The caller must then resume the token at
 * once.
 */
export interface PausedStepStore {
  /** Adds a paused step. A retried step replaces its token. */
  add(held: PausedStep): Promise<void>;
  /**
   * Lists paused steps from a position on, longest paused first in each list. `next` is missing
   * after the last.
   */
  list(
    journey: { workspace: string; journeyId: string },
    page: { place: PausedListPlace; limit: number },
  ): Promise<{ held: PausedStep[]; next?: PausedListPlace }>;
  /** Deletes a paused step. Safe to repeat. */
  remove(held: PausedStep): Promise<void>;
}

const keyOf = ({ owner, journeyId, since, enrolmentId, stepId }: PausedStep) =>
  keys.held(owner.workspace, { journeyId, shard: listShard(owner), at: since, enrolmentId, stepId });

function readHeld(workspace: string, journeyId: string, { sk, customer, token }: Item): PausedStep {
  return {
    owner: { workspace, customer: String(customer) },
    journeyId,
    ...parsePausedStepKey(sk),
    token: String(token),
  };
}

/** Creates the store of paused steps in a table. */
export function pausedStepStore(table: Table): PausedStepStore {
  return {
    async add(held) {
      const ttl = ttlAfter(held.since, keptFor);
      await table.put({ ...keyOf(held), customer: held.owner.customer, token: held.token, ttl });
    },

    async list({ workspace, journeyId }, { place, limit }) {
      const { pk } = keys.held(workspace, { journeyId, shard: place.list, at: '', enrolmentId: '', stepId: '' });
      const after = place.after !== undefined && { after: place.after };
      const rows = await table.query(pk, { limit, consistent: true, ...after });
      const held = rows.map((row) => readHeld(workspace, journeyId, row));
      const last = rows.at(-1);
      if (rows.length === limit && last) return { held, next: { list: place.list, after: last.sk } };
      return { held, ...(place.list + 1 < listShards && { next: { list: place.list + 1 } }) };
    },

    async remove(held) {
      await table.transact([{ delete: keyOf(held) }]);
    },
  };
}
