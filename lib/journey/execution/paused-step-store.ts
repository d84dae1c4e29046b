import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { keys, listShard, listShards } from '../../model/table-keys.ts';
import { type Instant } from '../../shared/time.ts';

/** Somebody who is held before a step, because the journey is paused. */
export interface PausedStep {
  owner: Customer;
  journeyId: string;
  enrolmentId: string;
  stepId: string;
  /** The step's time had come at this moment. */
  since: Instant;
  /** Lets the execution go on. */
  token: string;
}

/** Where on the way through a journey's lists a reader is. */
export interface PausedListPlace {
  list: number;
  after?: string | undefined;
}

/** A pause longer than this is an end: executions live a year. Seconds. */
const keptFor = 400 * 86_400;

/**
 * People held, by journey, in an own partition, so that a consistent read finds whoever was held a moment ago.
 *
 * Whoever holds somebody keeps the row first and reads the journey's head again after it, consistently: if the pause is over by then, the drain
 * may have passed already, and the token is to be resumed at once.
 */
export interface PausedStepStore {
  /** A retried step keeps its newer token in the old one's place. */
  add(held: PausedStep): Promise<void>;
  /** From a place on, in each list those held longest first; `next` is missing behind the last. */
  list(
    journey: { workspace: string; journeyId: string },
    page: { place: PausedListPlace; limit: number },
  ): Promise<{ held: PausedStep[]; next?: PausedListPlace }>;
  /** Takes it off the list. Safe to repeat. */
  remove(held: PausedStep): Promise<void>;
}

const keyOf = ({ owner, journeyId, since, enrolmentId, stepId }: PausedStep) =>
  keys.held(owner.workspace, { journeyId, shard: listShard(owner), at: since, id: `${enrolmentId}#${stepId}` });

function readHeld(workspace: string, journeyId: string, { sk, customer, token }: Item): PausedStep {
  const [since = '', enrolmentId = '', stepId = ''] = sk.split('#');
  return {
    owner: { workspace, customer: String(customer) },
    journeyId,
    enrolmentId,
    stepId,
    since,
    token: String(token),
  };
}

export function pausedStepStore(table: Table): PausedStepStore {
  return {
    async add(held) {
      const ttl = Math.floor(Date.parse(held.since) / 1000) + keptFor;
      await table.put({ ...keyOf(held), customer: held.owner.customer, token: held.token, ttl });
    },

    async list({ workspace, journeyId }, { place, limit }) {
      const { pk } = keys.held(workspace, { journeyId, shard: place.list, at: '', id: '' });
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
