import { vi } from 'vitest';
import { decideRoutes } from '../../functions/decision/decide/handler.ts';
import { learn } from '../../functions/decision/learn/handler.ts';
import { personalize } from '../../functions/decision/personalize/handler.ts';
import { placementRoutes } from '../../functions/decision/placements/handler.ts';
import { type ApiRequest, type ApiRoutes } from '../../lib/aws/http.ts';
import { dynamoTable } from '../../lib/aws/table.ts';
import { decider } from '../../lib/decision/decide.ts';
import { placementStore } from '../../lib/decision/placement-store.ts';
import { statsReader } from '../../lib/decision/stats-store.ts';
import { decisionStore } from '../../lib/decision/store.ts';
import { type Customer } from '../../lib/identity/customer.ts';
import { newProfile, type Profile } from '../../lib/profile/profile.ts';
import { profileStore } from '../../lib/profile/store.ts';
import { plus } from '../../lib/time.ts';
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
  const decide = decider({ profiles, placements: placementStore(table, clock), decisions, stats });

  async function ask<T>(routes: ApiRoutes, route: string, request: Partial<ApiRequest>): Promise<T> {
    const whole = { workspace: 'acme', params: {}, query: {}, headers: {}, body: () => undefined, ...request };
    return (await routes[route]!(whole)).body as T;
  }

  return {
    table,
    profiles,
    stats,
    decide,
    advance: (ms: number) => (now = plus(now, ms)),
    learn: learn({ decisions, profiles, clock }),
    personalize: personalize({ decide, clock }),
    know: (who: Customer, more: Partial<Profile> = {}) =>
      profiles.save({ profile: { ...newProfile(who, start), ...more } }, 0),
    post: <T>(body: unknown) =>
      ask<T>(decideRoutes({ decide, profiles, clock }), 'POST /v1/decisions', { body: () => body }),
    placements: <T>(route: string, request: Partial<ApiRequest>) =>
      ask<T>(placementRoutes(placementStore(table, clock, 0)), route, request),
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
