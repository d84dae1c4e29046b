import { createHash, randomUUID } from 'node:crypto';
import { type Bus } from '#lib/aws/bus.ts';
import { type ApiRequest, type ApiResponse, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { NotFound, Rejected, ThroughlineError, Unavailable } from '#lib/shared/errors.ts';
import { type MapStore } from '#lib/map/map-store.ts';
import { readCursor, readLimit, writeCursor } from '#lib/shared/http/paging.ts';
import { type SegmentStore } from '#lib/segment/segment-store.ts';
import { type QuotaStore } from '#lib/quota/quota-store.ts';
import { ListPosition, type Report, reportSummary, reportView } from '#lib/report/report-record.ts';
import { type ReportStore } from '#lib/report/report-store.ts';
import { readRequest, type ReportRequest } from '#lib/report/kinds/report-request.ts';
import { type Clock } from '#lib/shared/time.ts';

interface Dependencies {
  reports: ReportStore;
  maps: Pick<MapStore, 'get'>;
  segments: Pick<SegmentStore, 'get'>;
  quotas: QuotaStore;
  bus: Bus;
  clock: Clock;
}

const maxKeyLength = 255;

/** Returns the id of a report: the same for the same key, random without one. */
function idOf(workspace: string, key: string | undefined): string {
  if (key === undefined) return randomUUID().replaceAll('-', '');
  if (key.length === 0 || key.length > maxKeyLength)
    throw new Rejected('idempotency-key.invalid', { min: 1, max: maxKeyLength });
  return createHash('sha256')
    .update(JSON.stringify([workspace, key]))
    .digest('hex')
    .slice(0, 32);
}

async function checkReferences(
  { segments, maps }: Dependencies,
  workspace: string,
  request: ReportRequest,
): Promise<void> {
  const { segment } = request;
  if (segment !== undefined && !(await segments.get(workspace, segment)))
    throw new NotFound('segment.unknown', { segment });
  const map = request.kind === 'conformance' ? request.map : undefined;
  if (map !== undefined && !(await maps.get(workspace, map))) throw new NotFound('map.unknown', { map });
}

/**
 * Creates the report, or returns the stored one if its request is the same. Throws a conflict if it
 * differs.
 */
async function openReport({ reports }: Dependencies, workspace: string, report: Report): Promise<Report> {
  if (await reports.create(workspace, report)) return report;
  const present = await reports.get({ workspace, reportId: report.reportId });
  if (!present) throw new Unavailable('report.expired', { reportId: report.reportId });
  if (JSON.stringify(present.request) !== JSON.stringify(report.request))
    throw new ThroughlineError('conflict', 'idempotency-key.used', { reportId: report.reportId });
  return present;
}

async function publishRequest({ bus, clock }: Dependencies, workspace: string, reportId: string): Promise<void> {
  const detail = { id: reportId, workspace, occurredAt: clock.now(), reportId };
  if ((await bus.put([{ name: 'ReportRequested', detail }])).length > 0)
    throw new Unavailable('bus.refused', { reportId });
}

/** Opens the report and publishes it. Releases the quota of a new report if either fails. */
async function acceptReport(dependencies: Dependencies, workspace: string, report: Report): Promise<Report> {
  const { reports, quotas } = dependencies;
  const { reportId } = report;
  const place = { workspace, work: 'report', id: reportId } as const;
  const known = await reports.get({ workspace, reportId });
  if (known && known.status !== 'waiting') return openReport(dependencies, workspace, report);
  await quotas.acquire(place);
  try {
    const present = await openReport(dependencies, workspace, report);
    if (present.status === 'waiting') await publishRequest(dependencies, workspace, reportId);
    return present;
  } catch (error) {
    if (!known) await quotas.cancel(place);
    throw error;
  }
}

async function postReport(dependencies: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const { workspace, headers } = request;
  const reportRequest = readRequest(request.body());
  await checkReferences(dependencies, workspace, reportRequest);
  const reportId = idOf(workspace, headers['idempotency-key']);
  const requestedAt = dependencies.clock.now();
  const draft: Report = { reportId, request: reportRequest, status: 'waiting', requestedAt };
  const report = await acceptReport(dependencies, workspace, draft);
  return { status: 202, body: reportSummary(report, dependencies.clock.now()) };
}

async function listReports({ reports, clock }: Dependencies, { workspace, query }: ApiRequest): Promise<ApiResponse> {
  const before = query.cursor === undefined ? undefined : readCursor(query.cursor, ListPosition);
  const page = await reports.list(workspace, { limit: readLimit(query.limit), before });
  const items = page.reports.map((report) => reportSummary(report, clock.now()));
  return { body: { items, ...(page.next !== undefined && { nextCursor: writeCursor(page.next) }) } };
}

async function getReport({ reports, clock }: Dependencies, { workspace, params }: ApiRequest): Promise<ApiResponse> {
  const { id: reportId = '' } = params;
  const report = await reports.get({ workspace, reportId });
  if (!report) throw new NotFound('report.unknown', { reportId });
  const result = report.status === 'done' ? await reports.result({ workspace, reportId }) : undefined;
  return { body: reportView(report, result, clock.now()) };
}

/**
 * Routes of reports. A POST stores the request and publishes it; the computation is idempotent. If
 * the bus refuses it the answer is 503, and the same request with the same `Idempotency-Key`
 * publishes it again. A key used for another request is a 409. A report counts against the quota
 * until it is computed; one that was not opened does not.
 */
export function handleReportRoutes(dependencies: Dependencies): ApiRoutes {
  return {
    'POST /v1/reports': (request) => postReport(dependencies, request),
    'GET /v1/reports': (request) => listReports(dependencies, request),
    'GET /v1/reports/{id}': (request) => getReport(dependencies, request),
  };
}
