import { parsePausedStepKey } from '../../model/keys/parse-keys.ts';
import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { keys, listShard, listShards } from '../../model/keys/table-keys.ts';
import { compact } from '../../shared/records.ts';
import { daySeconds, type Instant, ttlAfter } from '../../shared/time.ts';

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

interface JourneyRef {
  workspace: string;
  journeyId: string;
}

interface PausedListRequest {
  place: PausedListPlace;
  limit: number;
}

interface PausedStepPage {
  held: PausedStep[];
  next?: PausedListPlace;
}

/**
 * Retention of a row, s. A Step Functions execution lasts at most one year, so no row is needed
 * after that.
 */
const retentionSeconds = 400 * daySeconds;

/**
 * Paused steps by journey, in a partition of their own, so that a consistent read finds every row.
 * A caller of `add` must read the journey record again afterwards, consistently. If the pause is
 * over, `resume-paused-journey` may have missed the row. The caller must then resume the token at
 * once.
 */
export interface PausedStepStore {
  /** Adds a paused step. A retried step replaces its token. */
  add(step: PausedStep): Promise<void>;
  /**
   * Lists paused steps from a position on, longest paused first in each list. `next` is missing
   * after the last.
   */
  list(journey: JourneyRef, page: PausedListRequest): Promise<PausedStepPage>;
  /** Deletes a paused step. Safe to repeat. */
  remove(step: PausedStep): Promise<void>;
}

const keyOf = ({ owner, journeyId, since, enrolmentId, stepId }: PausedStep) =>
  keys.held(owner.workspace, { journeyId, shard: listShard(owner), at: since, enrolmentId, stepId });

function readPausedStep({ workspace, journeyId }: JourneyRef, { sk, customer, token }: Item): PausedStep {
  const owner = { workspace, customer: String(customer) };
  return { owner, journeyId, ...parsePausedStepKey(sk), token: String(token) };
}

/** Returns the position behind the last row of a page, or undefined behind the last list. */
function nextPlace({ list }: PausedListPlace, rows: Item[], limit: number): PausedListPlace | undefined {
  const last = rows.at(-1);
  if (rows.length === limit && last) return { list, after: last.sk };
  return list + 1 < listShards ? { list: list + 1 } : undefined;
}

async function listPausedSteps(
  table: Table,
  journey: JourneyRef,
  { place, limit }: PausedListRequest,
): Promise<PausedStepPage> {
  const { workspace, journeyId } = journey;
  const { pk } = keys.held(workspace, { journeyId, shard: place.list, at: '', enrolmentId: '', stepId: '' });
  const rows = await table.query(pk, { limit, consistent: true, ...compact({ after: place.after }) });
  const held = rows.map((row) => readPausedStep(journey, row));
  return { held, ...compact({ next: nextPlace(place, rows, limit) }) };
}

/** Creates the store of paused steps in a table. */
export function pausedStepStore(table: Table): PausedStepStore {
  return {
    async add(step) {
      const ttl = ttlAfter(step.since, retentionSeconds);
      await table.put({ ...keyOf(step), customer: step.owner.customer, token: step.token, ttl });
    },
    list: (journey, page) => listPausedSteps(table, journey, page),
    async remove(step) {
      await table.transact([{ delete: keyOf(step) }]);
    },
  };
}
