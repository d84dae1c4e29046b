import { vi } from 'vitest';
import { handleDecideRoutes } from '../../functions/decision/decide-offer/handler.ts';
import { recordOutcome } from '../../functions/decision/record-outcome/handler.ts';
import { personalizeStep } from '../../functions/decision/personalize-step/handler.ts';
import { handlePlacementRoutes } from '../../functions/decision/placements-api/handler.ts';
import { tunePolicies } from '../../functions/decision/tune-policy/handler.ts';
import { type ApiRequest, type ApiRoutes } from '../../lib/aws/http/api-function.ts';
import { dynamoTable } from '../../lib/aws/table/dynamo-table.ts';
import { createDecider } from '../../lib/decision/choice/decide-offer.ts';
import { sendTimeStatsStore } from '../../lib/decision/timing/send-time-stats-store.ts';
import { historyReader } from '../../lib/decision/timing/contact-history-store.ts';
import { decisionLog } from '../../lib/decision/policies/decision-log-store.ts';
import { placementStore } from '../../lib/decision/placements/placement-store.ts';
import { policyStore } from '../../lib/decision/policies/policy-store.ts';
import { statsReader } from '../../lib/decision/beliefs/offer-stats-store.ts';
import { lessonStore } from '../../lib/decision/beliefs/lesson-store.ts';
import { decisionStore } from '../../lib/decision/choice/decision-store.ts';
import { linearReader } from '../../lib/decision/beliefs/offer-sums-store.ts';
import { type BusEvent } from '../../lib/model/bus-events.ts';
import { type Customer } from '../../lib/model/customer.ts';
import { Workspace } from '../../lib/model/workspace.ts';
import { newProfile, type Profile } from '../../lib/model/profile.ts';
import { profileStore } from '../../lib/profile/profile-store.ts';
import { addMs } from '../../lib/shared/time.ts';
import { anEngine, localClient, theTable } from '../support/engines.ts';

export const start = '2026-03-01T09:00:00.000Z';
export const mina = { workspace: 'acme', customer: 'u:mina' };

/** Metric lines go past `console`, so the runner cannot hold them back. */
vi.spyOn(process.stdout, 'write').mockReturnValue(true);

/** The decision functions on one table, with a clock that tests move. */
export async function aWorld() {
  const engine = await anEngine();
  const table = dynamoTable(localClient(engine.endpoint), theTable.ref);
  let now = start;
  const clock = { now: () => now };
  const [profiles, decisions, stats] = [profileStore(table), decisionStore(table), statsReader(table, clock)];
  const placements = placementStore(table, clock);
  const fresh = { placements: placementStore(table, clock, 0), policies: policyStore(table, clock, 0) };
  const habits = sendTimeStatsStore(table, clock);
  const linear = linearReader(table, clock);
  const decide = createDecider({ profiles, placements, decisions, stats, policies: policyStore(table, clock), linear });
  const settings = Workspace.parse({ id: 'acme', name: 'Acme' });
  const workspaces = { settings: () => Promise.resolve(settings), all: () => Promise.resolve(['acme']) };
  const events: BusEvent[] = [];
  const bus = { put: (all: BusEvent[]) => Promise.resolve((events.push(...all), [])) };

  async function ask<T>(routes: ApiRoutes, route: string, request: Partial<ApiRequest>): Promise<T> {
    const whole = { workspace: 'acme', params: {}, query: {}, headers: {}, body: () => undefined, ...request };
    return (await routes[route]!(whole)).body as T;
  }

  const histories = historyReader({ table, profiles });
  const night = tunePolicies({ ...fresh, workspaces, stats, log: decisionLog(table), habits, histories, clock });

  return {
    table,
    events,
    settings,
    habits,
    now: () => now,
    tune: (event: unknown = {}) => night(event, { getRemainingTimeInMillis: () => 900_000 }),
    profiles,
    stats,
    linear,
    decide,
    advance: (ms: number) => (now = addMs(now, ms)),
    learn: recordOutcome({ lessons: lessonStore(table), profiles, clock }),
    personalize: personalizeStep({ decide, profiles, gate: () => Promise.resolve(undefined), clock }),
    know: (who: Customer, more: Partial<Profile> = {}) =>
      profiles.save({ profile: { ...newProfile(who, start), ...more } }, 0),
    post: <T>(body: unknown) =>
      ask<T>(handleDecideRoutes({ decide, profiles, habits, workspaces, placements, clock }), 'POST /v1/decisions', {
        body: () => body,
      }),
    placements: <T>(route: string, request: Partial<ApiRequest>) =>
      ask<T>(handlePlacementRoutes({ ...fresh, stats, bus, clock }), route, request),
    rowsOf: (who: Customer, prefix: string) => table.query(`${who.workspace}#${who.customer}`, { prefix }),
  };
}

export const told = (name: 'DecisionExposed' | 'OutcomeObserved', decisionId: string, customer = 'u:mina') => ({
  'detail-type': name,
  detail: {
    id: `${name} ${decisionId}`,
    workspace: 'acme',
    customer,
    customerId: customer.slice(2),
    occurredAt: start,
    decisionId,
    ...(name === 'OutcomeObserved' && {
      cause: { messageId: 'm1', name: 'Order Completed', at: start, properties: {} },
    }),
  },
});
