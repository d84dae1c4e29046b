import { type Item, type Table } from '../aws/table/dynamo-table.ts';
import { keys, lists, listSortKey, ranges } from '../model/keys/table-keys.ts';
import { type Instant, addMs, daySeconds, ttlAfter } from '../shared/time.ts';
import { Coverage, longestTryMs, type Report, ReportResult } from './report-record.ts';
import { ReportRequest } from './kinds/report-request.ts';
import { ifAbsent } from '../aws/table/conditions.ts';
import { stripRange } from '../model/keys/parse-keys.ts';

/** Retention of a report, seconds. */
const keptSeconds = 30 * daySeconds;

/** The address of a report. */
export interface ReportKey {
  workspace: string;
  reportId: string;
}

/** How an attempt ended: with a result, or with the code of why there cannot be one. */
export type ReportOutcome = { result: ReportResult; coverage: Coverage } | { failure: string };

/** An attempt at the computation: its name, and the time of the call. */
interface Attempt {
  by: string;
  now: Instant;
}

/** A page of a list: its size, and the position it starts after. */
interface ReportPage {
  limit: number;
  before?: string | undefined;
}

/** Reads and writes reports and their results. */
export interface ReportStore {
  /** Returns false if a report of this id exists. */
  create(workspace: string, report: Report): Promise<boolean>;
  get(key: ReportKey): Promise<Report | undefined>;
  result(key: ReportKey): Promise<ReportResult | undefined>;
  /** Newest first. */
  list(workspace: string, page: ReportPage): Promise<{ reports: Report[]; next?: string }>;
  /**
   * Begins an attempt and returns the report. Undefined if it has ended, does not exist, or another
   * attempt runs: one of another name that began less than fifteen minutes ago. An attempt may
   * begin again.
   */
  begin(key: ReportKey, attempt: Attempt): Promise<Report | undefined>;
  /**
   * Ends an attempt, in one transaction with its result. Returns false and writes nothing if
   * another attempt has taken over.
   */
  end(key: ReportKey, attempt: Attempt, outcome: ReportOutcome): Promise<boolean>;
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

function createReport(table: Table, workspace: string, report: Report): Promise<boolean> {
  const { reportId, request, status, requestedAt } = report;
  const item = {
    ...keys.report(workspace, reportId),
    ...{ status, requestedAt, request: JSON.stringify(request), ttl: ttlOf(requestedAt) },
    ...{ listPk: lists.reports(workspace), listSk: listSortKey(requestedAt, reportId) },
  };
  return table.put(item, ifAbsent);
}

async function readStored(table: Table, { workspace, reportId }: ReportKey): Promise<Report | undefined> {
  const item = await table.get(keys.report(workspace, reportId), { consistent: true });
  return item && read(item);
}

async function readResult(table: Table, { workspace, reportId }: ReportKey): Promise<ReportResult | undefined> {
  const item = await table.get(keys.reportResult(workspace, reportId));
  return item && ReportResult.parse(JSON.parse(String(item.doc)));
}

async function listReports(
  table: Table,
  workspace: string,
  { limit, before }: ReportPage,
): Promise<{ reports: Report[]; next?: string }> {
  const range = { index: 'byList' as const, limit, newestFirst: true, ...(before !== undefined && { before }) };
  const rows = await table.query(lists.reports(workspace), range);
  const reports = (await table.getMany(rows)).map(read);
  reports.sort((a, b) => (a.requestedAt < b.requestedAt ? 1 : -1));
  return { reports, ...(rows.length === limit && { next: String(rows.at(-1)?.listSk) }) };
}

async function beginAttempt(
  table: Table,
  { workspace, reportId }: ReportKey,
  { by, now }: Attempt,
): Promise<Report | undefined> {
  const set = {
    expression: 'SET #status = :running, #by = :by, startedAt = :now',
    names,
    values: { ':running': 'running', ':by': by, ':now': now },
  };
  const isFree = {
    expression: '#status = :waiting OR (#status = :running AND (#by = :by OR startedAt < :over))',
    names,
    values: { ':waiting': 'waiting', ':over': addMs(now, -longestTryMs) },
  };
  const item = await table.update(keys.report(workspace, reportId), set, isFree);
  return item && read(item);
}

/** Condition: no other attempt has taken over. */
const isRunningBy = (by: string) => ({
  expression: '#status = :running AND #by = :by',
  names,
  values: { ':running': 'running', ':by': by },
});

const toFailed = (now: Instant, failure: string) => ({
  expression: 'SET #status = :failed, finishedAt = :now, failure = :failure',
  values: { ':now': now, ':failed': 'failed', ':failure': failure },
});

const toDone = (now: Instant, coverage: Coverage) => ({
  expression: 'SET #status = :done, finishedAt = :now, coverage = :coverage',
  values: { ':now': now, ':done': 'done', ':coverage': JSON.stringify(coverage) },
});

async function endAttempt(
  table: Table,
  { workspace, reportId }: ReportKey,
  { by, now, outcome }: Attempt & { outcome: ReportOutcome },
): Promise<boolean> {
  const key = keys.report(workspace, reportId);
  if ('failure' in outcome)
    return (await table.update(key, toFailed(now, outcome.failure), isRunningBy(by))) !== undefined;
  const doc = JSON.stringify(outcome.result);
  return table.transact([
    { update: key, set: toDone(now, outcome.coverage), if: isRunningBy(by) },
    { put: { ...keys.reportResult(workspace, reportId), doc, ttl: ttlOf(now) } },
  ]);
}

/** The store over the table. */
export function reportStore(table: Table): ReportStore {
  return {
    create: (workspace, report) => createReport(table, workspace, report),
    get: (key) => readStored(table, key),
    result: (key) => readResult(table, key),
    list: (workspace, page) => listReports(table, workspace, page),
    begin: (key, attempt) => beginAttempt(table, key, attempt),
    end: (key, attempt, outcome) => endAttempt(table, key, { ...attempt, outcome }),
  };
}
