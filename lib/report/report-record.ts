import * as z from 'zod';
import { msBetween, Instant, minuteMs } from '../shared/time.ts';
import { ReportAnswer, ReportRequest } from './kinds/report-request.ts';
import { Trimmed } from '../shared/trim.ts';

/**
 * The coverage of a report. `complete` is false if time or memory ran out before every customer was
 * read. The figures then cover those read, in the order of their next review, which is no random
 * sample.
 */
export const Coverage = z.object({
  complete: z.boolean(),
  stopped: z.enum(['time', 'memory']).optional(),
  customersRead: z.int(),
  customersMatched: z.int().describe('of those read, in the segment and meeting the predicate'),
  touchpointsRead: z.int(),
  customersCut: z.int().describe('with so long a history that its end was not read'),
});
export type Coverage = z.infer<typeof Coverage>;

/**
 * `waiting`: requested. `interrupted`: the function crashed; it is retried twice, from the start.
 * `failed`: the report cannot be computed, and `failure` is the reason.
 */
export const ReportStatus = z.enum(['waiting', 'running', 'interrupted', 'done', 'failed']);
export type ReportStatus = z.infer<typeof ReportStatus>;

/** A report as stored. Its result is a row of its own. */
export interface Report {
  reportId: string;
  request: ReportRequest;
  status: Exclude<ReportStatus, 'interrupted'>;
  requestedAt: Instant;
  /** Start and name of the latest attempt. */
  startedAt?: Instant;
  by?: string;
  finishedAt?: Instant;
  coverage?: Coverage;
  failure?: string;
}

export const ReportSummary = z.object({
  reportId: z.string(),
  kind: z.string(),
  status: ReportStatus,
  requestedAt: Instant,
  startedAt: Instant.optional(),
  finishedAt: Instant.optional(),
  failure: z.string().optional(),
});
export type ReportSummary = z.infer<typeof ReportSummary>;

/**
 * The result of a report. `map` is the planned map that paths were compared with, and its revision.
 * `trimmed` names the lists that were cut to fit.
 */
export const ReportResult = z.object({
  answer: ReportAnswer,
  map: z.object({ id: z.string(), etag: z.string() }).optional(),
  trimmed: z.array(Trimmed),
});
export type ReportResult = z.infer<typeof ReportResult>;

export const ReportView = ReportSummary.extend({
  request: ReportRequest,
  coverage: Coverage.optional(),
  result: ReportResult.optional(),
});
export type ReportView = z.infer<typeof ReportView>;

/** An attempt that began longer ago has ended, ms. Lambda's limit for a function is 15 minutes. */
export const longestTryMs = 15 * minuteMs + 5_000;

/** Returns whether the function of a running report must have crashed. */
export function isInterrupted({ status, startedAt }: Report, now: Instant): boolean {
  return status === 'running' && startedAt !== undefined && msBetween(startedAt, now) > longestTryMs;
}

/** Returns a report as lists show it. */
export function reportSummary(report: Report, now: Instant): ReportSummary {
  const { reportId, request, requestedAt, startedAt, finishedAt, failure } = report;
  return {
    reportId,
    kind: request.kind,
    status: isInterrupted(report, now) ? 'interrupted' : report.status,
    requestedAt,
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(failure !== undefined && { failure }),
  };
}

/** Returns a report as its own route shows it. */
export function reportView(report: Report, result: ReportResult | undefined, now: Instant): ReportView {
  const { request, coverage } = report;
  return { ...reportSummary(report, now), request, ...(coverage && { coverage }), ...(result && { result }) };
}

/** Position after which a list of reports continues: a key of the index. */
export const ListPosition = z.string();
