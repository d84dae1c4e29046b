import { type Item, type Table } from '../aws/table/dynamo-table.ts';
import { keys, lists, ranges, listSortKey } from '../model/keys/table-keys.ts';
import { stripRange } from '../model/keys/parse-keys.ts';
import { type Instant, addMs, ttlAfter, daySeconds } from '../shared/time.ts';
import { Coverage, longestTryMs, type Report, ReportResult } from './report.ts';
import { ReportRequest } from './kinds/report-request.ts';
import { ifAbsent } from '../aws/table/conditions.ts';

/** How long a report is kept. Seconds. */
const keptSeconds = 30 * daySeconds;

export interface ReportListPlace {
  workspace: string;
  reportId: string;
}

/** How a try ended: with a result, or with why there cannot be one. */
export type ReportOutcome = { result: ReportResult; coverage: Coverage } | { failure: string };

export interface ReportStore {
  /** False when there is a report of this id. */
  create(workspace: string, report: Report): Promise<boolean>;
  get(place: ReportListPlace): Promise<Report | undefined>;
  result(place: ReportListPlace): Promise<ReportResult | undefined>;
  /** Newest first. */
  list(
    workspace: string,
    page: { limit: number; before?: string | undefined },
  ): Promise<{ reports: Report[]; next?: string }>;
  /**
   * Begins a try, and answers the report. Undefined when it has ended already, is not there, or another try is under way: one that
   * began less than fifteen minutes ago under another name. The same try begins as often as it is made.
   */
  begin(place: ReportListPlace, attempt: { by: string; now: Instant }): Promise<Report | undefined>;
  /** Ends a try, in one transaction with its result. False when another try has taken over: then nothing is written. */
  end(place: ReportListPlace, attempt: { by: string; now: Instant }, end: ReportOutcome): Promise<boolean>;
}

const text = <Name extends string>(item: Item, name: Name): Partial<Record<Name, string>> => {
  const value = item[name];
  return typeof value === 'string' ? ({ [name]: value } as Record<Name, string>) : {}; // the key is the name
};

function read(item: Item): Report {
  return {
    reportId: stripRange(item.sk, ranges.report),
    request: ReportRequest.parse(JSON.parse(String(item.request))),
    status: String(item.status) as Report['status'], // only this store writes it
    requestedAt: String(item.requestedAt),
    ...text(item, 'startedAt'),
    ...text(item, 'by'),
    ...text(item, 'finishedAt'),
    ...text(item, 'failure'),
    ...(typeof item.coverage === 'string' && { coverage: Coverage.parse(JSON.parse(item.coverage)) }),
  };
}

const names = { '#status': 'status', '#by': 'by' };

const ttlOf = (at: Instant): number => ttlAfter(at, keptSeconds);

export function reportStore(table: Table): ReportStore {
  const get = async ({ workspace, reportId }: ReportListPlace): Promise<Report | undefined> => {
    const item = await table.get(keys.report(workspace, reportId), { consistent: true });
    return item && read(item);
  };

  return {
    get,

    create(workspace, { reportId, request, status, requestedAt }) {
      const item = {
        ...keys.report(workspace, reportId),
        ...{ status, requestedAt, request: JSON.stringify(request), ttl: ttlOf(requestedAt) },
        ...{ listPk: lists.reports(workspace), listSk: listSortKey(requestedAt, reportId) },
      };
      return table.put(item, ifAbsent);
    },

    async result({ workspace, reportId }) {
      const item = await table.get(keys.reportResult(workspace, reportId));
      return item && ReportResult.parse(JSON.parse(String(item.doc)));
    },

    async list(workspace, { limit, before }) {
      const range = { index: 'byList' as const, limit, newestFirst: true, ...(before !== undefined && { before }) };
      const rows = await table.query(lists.reports(workspace), range);
      const reports = (await table.getMany(rows)).map(read);
      reports.sort((a, b) => (a.requestedAt < b.requestedAt ? 1 : -1));
      return { reports, ...(rows.length === limit && { next: String(rows.at(-1)?.listSk) }) };
    },

    async begin({ workspace, reportId }, { by, now }) {
      const item = await table.update(
        keys.report(workspace, reportId),
        {
          expression: 'SET #status = :running, #by = :by, startedAt = :now',
          names,
          values: { ':running': 'running', ':by': by, ':now': now },
        },
        {
          expression: '#status = :waiting OR (#status = :running AND (#by = :by OR startedAt < :over))',
          names,
          values: { ':waiting': 'waiting', ':over': addMs(now, -longestTryMs) },
        },
      );
      return item && read(item);
    },

    async end({ workspace, reportId }, { by, now }, end) {
      const mine = {
        expression: '#status = :running AND #by = :by',
        names,
        values: { ':running': 'running', ':by': by },
      };
      const ended = { ':now': now };
      if ('failure' in end) {
        const set = {
          expression: 'SET #status = :failed, finishedAt = :now, failure = :failure',
          values: { ...ended, ':failed': 'failed', ':failure': end.failure },
        };
        return (await table.update(keys.report(workspace, reportId), set, mine)) !== undefined;
      }
      const set = {
        expression: 'SET #status = :done, finishedAt = :now, coverage = :coverage',
        values: { ...ended, ':done': 'done', ':coverage': JSON.stringify(end.coverage) },
      };
      const doc = JSON.stringify(end.result);
      return table.transact([
        { update: keys.report(workspace, reportId), set, if: mine },
        { put: { ...keys.reportResult(workspace, reportId), doc, ttl: ttlOf(now) } },
      ]);
    },
  };
}
