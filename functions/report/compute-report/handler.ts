import * as z from 'zod';
import { type Table } from '../../../lib/aws/table/dynamo-table.ts';
import { offsetAt } from '../../../lib/shared/calendar/wall-time.ts';
import { NotFound, ThroughlineError } from '../../../lib/shared/errors.ts';
import { events } from '../../../lib/model/bus-events.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { type MapStore } from '../../../lib/map/map-store.ts';
import { etagOf } from '../../../lib/shared/http/preconditions.ts';
import { type MembershipIndex } from '../../../lib/segment/membership-index.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { type QuotaStore, releaseQuietly } from '../../../lib/quota/quota-store.ts';
import { runReport } from '../../../lib/report/run-report.ts';
import { type Coverage, type Report, ReportResult } from '../../../lib/report/report.ts';
import { type ReportOutcome, type ReportStore } from '../../../lib/report/report-store.ts';
import { reportKinds, type ReportRequest } from '../../../lib/report/kinds/report-request.ts';
import { type ReportWindow } from '../../../lib/report/kinds/report-kind.ts';
import { fitting } from '../../../lib/shared/trim.ts';
import { type Clock } from '../../../lib/shared/time.ts';

interface Dependencies {
  table: Table;
  profiles: Pick<ProfileStore, 'getMany'>;
  directory: MembershipIndex;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  maps: Pick<MapStore, 'get'>;
  reports: Pick<ReportStore, 'begin' | 'end'>;
  quotas: Pick<QuotaStore, 'release'>;
  clock: Clock;
  /** Whether there is still memory to tell more apart. */
  hasMemory: () => boolean;
  report: (counts: Record<string, number>) => void;
}

const Called = z.object({ id: z.string(), detail: events.ReportRequested });

/** Customers are read while so much time is left: the rest is for making the answer of what was counted. Milliseconds. */
const spareMs = 90_000;

/** Largest result that is kept: an item of DynamoDB takes 400 KB. Bytes of JSON. */
const maxBytes = 350 * 1024;

/** What trying again would not change. */
const isFinal = (error: unknown): error is ThroughlineError =>
  error instanceof ThroughlineError && error.kind !== 'unavailable' && error.kind !== 'throttled';

/**
 * Makes the report that was asked for and keeps what it found. A try that fails or dies leaves the report as it was, running: Lambda tries
 * twice more, each from the start, as what was counted died with the function; then the event goes to the dead letters, and the report
 * shows as interrupted. The same event delivered twice makes it once; a second event finds the first try under way, or its end, and
 * does nothing. Only what is ended with its result in one transaction is ever shown. With its end the report counts no more
 * against the workspace's quota; of one that never ends the lease runs out.
 */
export function computeReport(dependencies: Dependencies) {
  const { workspaces, maps, reports, quotas, clock, hasMemory, report } = dependencies;

  async function mapOf(workspace: string, request: ReportRequest) {
    if (request.kind !== 'conformance' || request.map === undefined) return undefined;
    const saved = await maps.get(workspace, request.map);
    if (!saved) throw new NotFound('map.unknown', { map: request.map });
    return saved;
  }

  async function make(
    workspace: string,
    { request }: Report,
    stopped: () => Coverage['stopped'],
  ): Promise<ReportOutcome> {
    const now = clock.now();
    const saved = await mapOf(workspace, request);
    const { timezone = 'UTC' } = (await workspaces.settings(workspace)) ?? {};
    const to = Math.min(Date.parse(request.to), Date.parse(now));
    const plan = saved?.map.plan ?? (request.kind === 'conformance' ? request.plan : undefined);
    const scope: ReportWindow = {
      from: Date.parse(request.from),
      to,
      offsetMs: offsetAt(to, timezone),
      ...(plan && { plan }),
    };
    const { answer, coverage } = await runReport(dependencies, { workspace, request, scope, now, stopped });
    const fitted = fitting(answer, reportKinds[request.kind].lists, maxBytes);
    const map = saved && { id: saved.map.id, etag: etagOf(saved.rev) };
    return { coverage, result: ReportResult.parse({ ...fitted, ...(map && { map }) }) };
  }

  async function tried(workspace: string, row: Report, stopped: () => Coverage['stopped']): Promise<ReportOutcome> {
    try {
      return await make(workspace, row, stopped);
    } catch (error) {
      if (isFinal(error)) return { failure: error.code };
      throw error;
    }
  }

  return async (envelope: unknown, context: { getRemainingTimeInMillis(): number }): Promise<void> => {
    const { id: by, detail } = Called.parse(envelope);
    const { workspace, reportId } = detail;
    const place = { workspace, reportId };
    const row = await reports.begin(place, { by, now: clock.now() });
    if (!row) return report({ passed: 1 });
    const end = await tried(workspace, row, () => {
      if (context.getRemainingTimeInMillis() < spareMs) return 'time';
      return hasMemory() ? undefined : 'memory';
    });
    const kept = await reports.end(place, { by, now: clock.now() }, end);
    if (!kept) return report({ overtaken: 1 });
    await releaseQuietly(quotas, { workspace, work: 'report', id: reportId });
    report('failure' in end ? { failed: 1 } : { done: 1, customers: end.coverage.customersRead });
  };
}
