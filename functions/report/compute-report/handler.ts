import * as z from 'zod';
import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { offsetAt } from '#lib/shared/calendar/wall-time.ts';
import { NotFound, ThroughlineError } from '#lib/shared/errors.ts';
import { events } from '#lib/model/bus-events.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type Plan } from '#lib/map/planned-map.ts';
import { type MapStore } from '#lib/map/map-store.ts';
import { etagOf } from '#lib/shared/http/preconditions.ts';
import { type MembershipIndex } from '#lib/segment/membership-index.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { type QuotaStore, releaseQuietly } from '#lib/quota/quota-store.ts';
import { runReport } from '#lib/report/run-report.ts';
import { type Coverage, ReportResult } from '#lib/report/report-record.ts';
import { type ReportOutcome, type ReportStore } from '#lib/report/report-store.ts';
import { reportKinds, type ReportRequest } from '#lib/report/kinds/report-request.ts';
import { type ReportWindow } from '#lib/report/kinds/report-kind.ts';
import { fitting } from '#lib/shared/trim.ts';
import { type Invocation } from '#lib/shared/deadline.ts';
import { compact } from '#lib/shared/records.ts';
import { type Clock, type Instant } from '#lib/shared/time.ts';

interface Dependencies {
  table: Table;
  profiles: Pick<ProfileStore, 'getMany'>;
  directory: MembershipIndex;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  maps: Pick<MapStore, 'get'>;
  reports: Pick<ReportStore, 'begin' | 'end'>;
  quotas: Pick<QuotaStore, 'release'>;
  clock: Clock;
  /** Whether there is memory left for more customers and variants. */
  hasMemory: () => boolean;
  report: (counts: Record<string, number>) => void;
}

const RequestedEvent = z.object({ id: z.string(), detail: events.ReportRequested });

/** Time reserved for computing the answer after the last customer is read, ms. */
const spareMs = 90_000;

/** Maximum size of a stored result, bytes of JSON. A DynamoDB item holds 400 KB. */
const maxBytes = 350 * 1024;

/** Whether a retry cannot succeed. */
const isFinal = (error: unknown): error is ThroughlineError =>
  error instanceof ThroughlineError && error.kind !== 'unavailable' && error.kind !== 'throttled';

async function readMap({ maps }: Dependencies, workspace: string, request: ReportRequest) {
  if (request.kind !== 'conformance' || request.map === undefined) return undefined;
  const saved = await maps.get(workspace, request.map);
  if (!saved) throw new NotFound('map.unknown', { map: request.map });
  return saved;
}

/** Returns the time and plan of a report. It ends now if the requested end is in the future. */
function windowOf(
  request: ReportRequest,
  { now, timezone, plan }: { now: Instant; timezone: string; plan: Plan | undefined },
): ReportWindow {
  const to = Math.min(Date.parse(request.to), Date.parse(now));
  return compact({ from: Date.parse(request.from), to, offsetMs: offsetAt(to, timezone), plan });
}

async function compute(
  dependencies: Dependencies,
  { workspace, request }: { workspace: string; request: ReportRequest },
  stopped: () => Coverage['stopped'],
): Promise<ReportOutcome> {
  const now = dependencies.clock.now();
  const saved = await readMap(dependencies, workspace, request);
  const { timezone = 'UTC' } = (await dependencies.workspaces.settings(workspace)) ?? {};
  const plan = saved?.map.plan ?? (request.kind === 'conformance' ? request.plan : undefined);
  const scope = windowOf(request, { now, timezone, plan });
  const { answer, coverage } = await runReport(dependencies, { workspace, request, scope, now, stopped });
  const fitted = fitting(answer, reportKinds[request.kind].lists, maxBytes);
  const map = saved && { id: saved.map.id, etag: etagOf(saved.rev) };
  return { coverage, result: ReportResult.parse({ ...fitted, ...(map && { map }) }) };
}

/** Returns the result, or the failure that a retry would meet too. Throws other errors. */
async function computeOrFail(...input: Parameters<typeof compute>): Promise<ReportOutcome> {
  try {
    return await compute(...input);
  } catch (error) {
    if (isFinal(error)) return { failure: error.code };
    throw error;
  }
}

/** Returns the check of whether time or memory has run out. */
function limitsOf({ hasMemory }: Dependencies, context: Invocation): () => Coverage['stopped'] {
  return () => {
    if (context.getRemainingTimeInMillis() < spareMs) return 'time';
    return hasMemory() ? undefined : 'memory';
  };
}

/** Runs one attempt. Returns the counts to report. */
async function attemptReport(
  dependencies: Dependencies,
  event: z.infer<typeof RequestedEvent>,
  stopped: () => Coverage['stopped'],
): Promise<Record<string, number>> {
  const { reports, quotas, clock } = dependencies;
  const { id: by, detail } = event;
  const { workspace, reportId } = detail;
  const key = { workspace, reportId };
  const row = await reports.begin(key, { by, now: clock.now() });
  if (!row) return { passed: 1 };
  const outcome = await computeOrFail(dependencies, { workspace, request: row.request }, stopped);
  const isStored = await reports.end(key, { by, now: clock.now() }, outcome);
  if (!isStored) return { overtaken: 1 };
  await releaseQuietly(quotas, { workspace, work: 'report', id: reportId });
  return 'failure' in outcome ? { failed: 1 } : { done: 1, customers: outcome.coverage.customersRead };
}

/**
 * Computes a requested report and stores its result with its end in one transaction. Safe to crash:
 * Lambda retries twice from the start, then the event becomes a dead letter and the report shows as
 * interrupted. A duplicate event does nothing. The quota is released after the end, or when its
 * lease expires.
 */
export function computeReport(dependencies: Dependencies) {
  return async (envelope: unknown, context: Invocation): Promise<void> => {
    const event = RequestedEvent.parse(envelope);
    dependencies.report(await attemptReport(dependencies, event, limitsOf(dependencies, context)));
  };
}
