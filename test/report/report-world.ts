import { expect, vi } from 'vitest';
import { computeReport } from '../../functions/report/compute-report/handler.ts';
import { handleReportRoutes } from '../../functions/report/reports-api/handler.ts';
import { type ApiRequest } from '../../lib/aws/http/api-function.ts';
import { dynamoTable } from '../../lib/aws/table/dynamo-table.ts';
import { type BusEvent } from '../../lib/model/bus-events.ts';
import { workspaceStore } from '../../lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '../../lib/model/workspace.ts';
import { keys } from '../../lib/model/keys/table-keys.ts';
import { mapStore } from '../../lib/map/map-store.ts';
import { createMembershipIndex } from '../../lib/segment/membership-index.ts';
import { newProfile, type Profile } from '../../lib/model/profile.ts';
import { segmentStore } from '../../lib/segment/segment-store.ts';
import { profileStore } from '../../lib/profile/profile-store.ts';
import { quotaStore } from '../../lib/quota/quota-store.ts';
import { type ReportSummary, ReportView } from '../../lib/report/report-record.ts';
import { type ReportAnswer } from '../../lib/report/kinds/report-request.ts';
import { reportStore } from '../../lib/report/report-store.ts';
import { type Duration, addDuration, durationMs } from '../../lib/shared/time.ts';
import { anEngine, localClient, theTable } from '../support/engines.ts';

vi.spyOn(process.stdout, 'write').mockReturnValue(true);

export const start = '2026-01-01T00:00:00.000Z';
export const now = '2026-07-01T00:00:00.000Z';

/** So long after the start. */
export const on = (days: number): string => addDuration(start, `${Math.round(days * 86_400)}s`);

type Did = [day: number, name: string, more?: { channel?: string; properties?: object; skew?: number }];

/** Functions of reports on one table, whose bus the test reads. */
export async function aWorld() {
  const engine = await anEngine();
  const table = dynamoTable(localClient(engine.endpoint), theTable.ref);
  let time = now;
  const clock = { now: () => time };
  const told: BusEvent[] = [];
  const counts: Record<string, number>[] = [];
  let [minutesLeft, memory, isUp] = [15, true, true];
  const stores = {
    table,
    clock,
    profiles: profileStore(table),
    directory: createMembershipIndex(table),
    workspaces: workspaceStore(table),
    maps: mapStore(table),
    segments: segmentStore(table, clock),
    reports: reportStore(table),
    quotas: quotaStore(table, clock),
  };
  await stores.workspaces.save(Workspace.parse({ id: 'acme', name: 'Acme', timezone: 'Asia/Seoul' }));
  const routes = handleReportRoutes({
    ...stores,
    bus: {
      put: (all) => {
        if (isUp) told.push(...all);
        return Promise.resolve(isUp ? [] : all.map((_, i) => i));
      },
    },
  });
  const made = computeReport({
    ...stores,
    hasMemory: () => memory,
    report: (one) => void counts.push(one),
  });

  async function ask<T>(route: string, more: Partial<ApiRequest> = {}): Promise<T> {
    const request = { workspace: 'acme', params: {}, query: {}, headers: {}, body: () => undefined, ...more };
    return (await routes[route]!(request)).body as T;
  }

  const post = (body: object, headers: Record<string, string> = {}, workspace = 'acme') =>
    ask<ReportSummary>('POST /v1/reports', {
      body: () => ({ from: start, to: now, ...body }),
      headers,
      workspace,
    });
  const get = (id: string, workspace = 'acme') =>
    ask<ReportView>('GET /v1/reports/{id}', { params: { id }, workspace });
  const run = async (event: BusEvent, id = 'first-delivery') =>
    made({ id, detail: event.detail }, { getRemainingTimeInMillis: () => minutesLeft * 60_000 });

  /** Customers in the table as the projector leaves them, with what they did. */
  async function customer(id: string, did: Did[], more: Partial<Profile> = {}): Promise<void> {
    const who = { workspace: 'acme', customer: `u:${id}` };
    const times = did.map(([day]) => on(day)).sort();
    const tallies = new Map<string, { n: number; first: string; last: string }>();
    for (const [day, name] of [...did].sort(([a], [b]) => a - b)) {
      const known = tallies.get(name);
      tallies.set(name, { n: (known?.n ?? 0) + 1, first: known?.first ?? on(day), last: on(day) });
    }
    const profile = {
      ...newProfile(who, times[0] ?? start),
      ...{ lastSeen: times.at(-1) ?? start, counts: Object.fromEntries(tallies), nextReview: on(400) },
      ...more,
    };
    await stores.profiles.save({ profile }, 0);
    await table.putMany(
      did.flatMap(([day, name, { skew, ...rest } = {}], i) => {
        const doc = JSON.stringify({ type: 'track', name, channel: 'web', properties: {}, ...rest });
        const touchpoint = { ...keys.touchpoint(who, on(day), `${id}-${i}`), doc };
        return skew === undefined
          ? [touchpoint]
          : [touchpoint, { ...keys.clockSkew(who, on(day), `${id}-${i}`), skew }];
      }),
    );
  }

  return {
    ...stores,
    told,
    counts,
    ask,
    post,
    get,
    run,
    customer,
    moved: (id: string, day: number, move: { from?: string; to: string }) =>
      table.put({
        ...keys.stageTransition({ workspace: 'acme', customer: `u:${id}` }, on(day), `s${day}`),
        doc: JSON.stringify({ ...move, rule: move.to }),
      }),
    /** Asks for a report and makes it. */
    async report(body: object): Promise<ReportView> {
      const { reportId } = await post(body);
      await run(told.at(-1)!);
      return get(reportId);
    },
    passes: (duration: Duration) => (time = new Date(Date.parse(time) + durationMs(duration)).toISOString()),
    hurry: (minutes: number) => (minutesLeft = minutes),
    fill: () => (memory = false),
    bus: { down: () => (isUp = false), up: () => (isUp = true) },
  };
}

export type World = Awaited<ReturnType<typeof aWorld>>;

/** What a report of everybody found. */
export async function found<Kind extends ReportAnswer['kind']>(
  world: World,
  body: { kind: Kind } & Record<string, unknown>,
): Promise<Extract<ReportAnswer, { kind: Kind }>> {
  const view = await world.report(body);
  expect(view).toMatchObject({ status: 'done', coverage: { complete: true } });
  expect(ReportView.parse(view)).toEqual(view);
  return view.result!.answer as Extract<ReportAnswer, { kind: Kind }>;
}

/** Ten see it; four of them buy, two of these within a day, and one comes back in another month. */
export async function aShop(): Promise<World> {
  const world = await aWorld();
  const order = { properties: { order: { total: 10 } } };
  for (let i = 0; i < 10; i++)
    await world.customer(`c${i}`, [
      [i, 'View', { channel: i % 2 === 0 ? 'ads' : 'email' }],
      ...(i < 4 ? [[i + (i < 2 ? 0.5 : 9), 'Buy', order] satisfies Did] : []),
      ...(i === 0 ? [[60, 'View'] satisfies Did] : []),
    ]);
  return world;
}
