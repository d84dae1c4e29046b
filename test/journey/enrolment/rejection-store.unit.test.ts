import { expect, test } from 'vitest';
import { handlePublishRoutes } from '#functions/journey/publish-journey/handler.ts';
import { handleTraceRoutes } from '#functions/journey/trace-api/handler.ts';
import { type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { publishStore } from '#lib/journey/publishing/version-store.ts';
import { rejectionStore } from '#lib/journey/enrolment/rejection-store.ts';
import { aJourney, aProfile, start } from '../journey-examples.ts';
import { aWorld } from '../journey-world.ts';

const ask = (routes: ApiRoutes, route: string, id: string) =>
  routes[route]!({ workspace: 'acme', params: { id }, query: {}, headers: {}, body: () => ({}) });

test('who asks why a customer did not enter learns of journeys that take nobody in', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  const journeys = journeyStore(world.table, { clock: world.clock, shipped: [aJourney()] });
  const refusals = rejectionStore(world.table);
  const drafts = publishStore(world.table);
  const routes = handleTraceRoutes({
    ...world,
    journeys,
    refusals,
    drafts,
    histories: {} as never,
    stack: '',
    machines: '',
  });
  const why = 'GET /v1/customers/{id}/refusals';
  expect(await ask(routes, why, 'mina')).toEqual({ body: { items: [], notLive: [] } });

  const lifecycle = handlePublishRoutes({ ...world, journeys, machines: {} as never, publisher: {} as never });
  await ask(lifecycle, 'POST /v1/journeys/{id}/pause', 'welcome');
  expect(await ask(routes, why, 'mina')).toEqual({
    body: { items: [], notLive: [{ journeyId: 'welcome', state: 'paused', since: start }] },
  });
});
