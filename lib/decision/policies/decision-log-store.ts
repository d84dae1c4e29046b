import { type Table } from '../../aws/table/dynamo-table.ts';
import { listShards, lists, timelineRanges } from '../../model/keys/table-keys.ts';
import { parsePartition, parseTimedKey } from '../../model/keys/parse-keys.ts';
import { type Customer } from '../../model/customer.ts';
import { durationMs, type Instant, addMs, dayMs } from '../../shared/time.ts';
import { contextId } from '../placements/context-features.ts';
import { type Decision } from '../choice/decision.ts';
import { type LoggedDecision } from './logged-decision.ts';
import { type Placement } from '../placements/placement.ts';
import { readDecision } from '../choice/decision-store.ts';

/** Maximum number of decisions read from each list shard, newest first. */
const mostOfList = 2_500;

/** Age limit of decisions, ms. Older preferences say little about today. */
const spanMs = 180 * dayMs;

/** Maximum number of customers from whom send times are learnt, those with the latest decisions. */
const mostCustomers = 500;

export interface Log {
  /** Exposed decisions whose outcome is known, oldest first. */
  showings: LoggedDecision[];
  /** Customers with decisions, latest first. */
  customers: Customer[];
}

/** Where and when a log is read. */
interface LogPosition {
  workspace: string;
  now: Instant;
}

interface Row {
  customer: Customer;
  decision: Decision;
  exposed: boolean;
  won: boolean;
}

/**
 * Returns the decision as logged data. Returns none if it was not exposed or had no competing
 * offer.
 */
function toLogged({ decision, exposed, won }: Row, context: string | undefined): LoggedDecision[] {
  const { stage, offer, propensity, reasons } = decision;
  const offers = reasons.flatMap((reason) => (reason.propensity === undefined ? [] : [reason.offer]));
  if (!exposed || offers.length < 2) return [];
  const values = decision.context && decision.context.id === context ? decision.context.values : undefined;
  return [{ stage, offers, offer: offer.id, propensity, won, ...(values && { context: values }) }];
}

function settledBefore({ offers }: Placement, now: Instant): Instant {
  return addMs(now, -Math.max(...offers.map(({ window }) => durationMs(window))));
}

async function readRows(table: Table, { id }: Placement, { workspace, now }: LogPosition): Promise<Row[]> {
  const range = { index: 'byList', from: addMs(now, -spanMs), newestFirst: true, limit: mostOfList } as const;
  const pages = await Promise.all(
    Array.from({ length: listShards }, (_, shard) => table.query(lists.decisions(workspace, id, shard), range)),
  );
  const items = await table.getMany(pages.flat().map(({ pk, sk }) => ({ pk, sk })));
  return items.map((item) => ({
    customer: parsePartition(item.pk),
    decision: readDecision(item, parseTimedKey(item.sk, timelineRanges.decision).at),
    exposed: item.exposedAt !== undefined,
    won: item.wonAt !== undefined,
  }));
}

const byTime = ({ decision: { at: a } }: Row, { decision: { at: b } }: Row): number => (a < b ? -1 : a > b ? 1 : 0);

/** Makes the log of a placement from its rows, in any order. */
function toLog(rows: readonly Row[], placement: Placement, now: Instant): Log {
  const ordered = rows.toSorted(byTime);
  const settled = settledBefore(placement, now);
  const context = placement.context && contextId(placement.context);
  const customers = new Map(ordered.toReversed().map(({ customer }) => [customer.customer, customer]));
  return {
    showings: ordered.filter(({ decision }) => decision.at < settled).flatMap((row) => toLogged(row, context)),
    customers: [...customers.values()].slice(0, mostCustomers),
  };
}

/**
 * Reads the newest decisions of a placement, at most 10,000 within 180 days. It reads keys by list,
 * then rows at half a read request unit each. Each has propensity, competing offers and context, so
 * any policy can be evaluated.
 */
export function decisionLog(table: Table) {
  return async (workspace: string, placement: Placement, now: Instant): Promise<Log> =>
    toLog(await readRows(table, placement, { workspace, now }), placement, now);
}

/** Reads the log of a placement, as `decisionLog` describes. */
export type ReadLog = ReturnType<typeof decisionLog>;
