import { expect, test } from 'vitest';
import { publishRoutes } from '../../functions/journey/publish/handler.ts';
import { traceRoutes } from '../../functions/journey/trace/handler.ts';
import { type ApiRoutes } from '../../lib/aws/http.ts';
import { journeyStore } from '../../lib/journey/journey-store.ts';
import { publishStore } from '../../lib/journey/publish-store.ts';
import { refusalStore } from '../../lib/journey/refusal-store.ts';
import { aJourney, aProfile, start } from './given.ts';
import { aWorld } from './world.ts';

const ask = (routes: ApiRoutes, route: string, id: string) =>
  routes[route]!({ workspace: 'acme', params: { id }, query: {}, headers: {}, body: () => ({}) });

test('who asks why a customer did not enter learns of journeys that take nobody in', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  const journeys = journeyStore(world.table, { clock: world.clock, shipped: [aJourney()] });
  const refusals = refusalStore(world.table);
  const drafts = publishStore(world.table);
  const routes = traceRoutes({ ...world, journeys, refusals, drafts, histories: {} as never, stack: '', machines: '' });
  const why = 'GET /v1/customers/{id}/refusals';
  expect(await ask(routes, why, 'mina')).toEqual({ body: { items: [], notLive: [] } });

  const lifecycle = publishRoutes({ ...world, journeys, machines: {} as never, publisher: {} as never });
  await ask(lifecycle, 'POST /v1/journeys/{id}/pause', 'welcome');
  expect(await ask(routes, why, 'mina')).toEqual({
    body: { items: [], notLive: [{ journeyId: 'welcome', state: 'paused', since: start }] },
  });
});
