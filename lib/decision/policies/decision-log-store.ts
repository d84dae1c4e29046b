import { type Table } from '../../aws/table/dynamo-table.ts';
import { listShards, lists } from '../../model/table-keys.ts';
import { type Customer } from '../../model/customer.ts';
import { durationMs, type Instant, addMs } from '../../shared/time.ts';
import { contextId } from '../placements/context-features.ts';
import { type Decision } from '../choice/decision.ts';
import { type LoggedDecision } from './logged-decision.ts';
import { type Placement } from '../placements/placement.ts';
import { readDecision } from '../choice/decision-store.ts';

/** Most decisions of a placement that are looked at: the newest. Of each list. */
const mostOfList = 2_500;

/** How far back decisions are looked at. What customers liked a season ago says little. Milliseconds. */
const spanMs = 180 * 86_400_000;

/** Customers of whom habits are learnt, of those decided on last. */
const mostCustomers = 500;

export interface Log {
  /** Showings whose outcome is known, oldest first. */
  showings: LoggedDecision[];
  /** Whom was decided on, the latest first. */
  customers: Customer[];
}

interface Row {
  customer: Customer;
  decision: Decision;
  exposed: boolean;
  won: boolean;
}

/** What competed, and what came of it; undefined where nothing did or nobody saw it. */
function shown({ decision, exposed, won }: Row, context: string | undefined): LoggedDecision[] {
  const { stage, offer, propensity, reasons } = decision;
  const offers = reasons.flatMap((reason) => (reason.propensity === undefined ? [] : [reason.offer]));
  if (!exposed || offers.length < 2) return [];
  const values = decision.context && decision.context.id === context ? decision.context.values : undefined;
  return [{ stage, offers, offer: offer.id, propensity, won, ...(values && { context: values }) }];
}

function settledBefore({ offers }: Placement, now: Instant): Instant {
  return addMs(now, -Math.max(...offers.map(({ window }) => durationMs(window))));
}

/** A decision's place in its customer's partition, by the row of the list. */
function customerOf(workspace: string, pk: string): Customer {
  return { workspace, customer: pk.slice(workspace.length + 1) };
}

/**
 * The newest decisions of a placement, at most ten thousand of half a year: keys by list, then the rows, half a read request unit each.
 * Every decision is in it with its propensity, its rivals and its context, so any policy can be judged by it.
 */
export function decisionLog(table: Table) {
  async function rowsOf(workspace: string, placement: string, now: Instant): Promise<Row[]> {
    const range = { index: 'byList', from: addMs(now, -spanMs), newestFirst: true, limit: mostOfList } as const;
    const pages = await Promise.all(
      Array.from({ length: listShards }, (_, shard) =>
        table.query(lists.decisions(workspace, placement, shard), range),
      ),
    );
    const items = await table.getMany(pages.flat().map(({ pk, sk }) => ({ pk, sk })));
    return items.map((item) => ({
      customer: customerOf(workspace, item.pk),
      decision: readDecision(item, item.sk.split('#')[1] ?? ''),
      exposed: item.exposedAt !== undefined,
      won: item.wonAt !== undefined,
    }));
  }

  return async (workspace: string, placement: Placement, now: Instant): Promise<Log> => {
    const rows = await rowsOf(workspace, placement.id, now);
    rows.sort((a, b) => (a.decision.at < b.decision.at ? -1 : a.decision.at > b.decision.at ? 1 : 0));
    const settled = settledBefore(placement, now);
    const context = placement.context && contextId(placement.context);
    const customers = new Map(rows.toReversed().map(({ customer }) => [customer.customer, customer]));
    return {
      showings: rows.filter(({ decision }) => decision.at < settled).flatMap((row) => shown(row, context)),
      customers: [...customers.values()].slice(0, mostCustomers),
    };
  };
}

export type ReadLog = ReturnType<typeof decisionLog>;
