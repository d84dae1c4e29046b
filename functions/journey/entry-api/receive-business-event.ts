import type * as z from 'zod';
import { type Bus } from '#lib/aws/bus.ts';
import { type BusinessEventRequest } from '#lib/journey/api/entry-routes.ts';
import { type JourneyStore } from '#lib/journey/publishing/journey-store.ts';
import { type FanOutStore } from '#lib/journey/scheduling/fan-out-store.ts';
import { findBusinessFanOuts } from '#lib/journey/scheduling/scheduled-entries.ts';
import { deterministicId } from '#lib/shared/ids.ts';
import { type Clock } from '#lib/shared/time.ts';
import { publish } from './publish.ts';

/** The stores and the bus that a business event is received with. */
export interface BusinessEventDependencies {
  journeys: Pick<JourneyStore, 'live'>;
  fanOuts: FanOutStore;
  bus: Bus;
  clock: Clock;
  newId: () => string;
}

/**
 * Begins a fan-out for each live journey that the event triggers, then publishes the event, which
 * starts them. Returns the journeys. A retry with the same id is idempotent.
 */
export async function receiveBusinessEvent(
  { journeys, fanOuts, bus, clock, newId }: BusinessEventDependencies,
  workspace: string,
  request: z.infer<typeof BusinessEventRequest>,
): Promise<{ id: string; journeys: string[] }> {
  const { id = newId(), name, properties } = request;
  const at = clock.now();
  const event = { id: deterministicId(workspace, id), name, at, properties };
  const begun = findBusinessFanOuts(await journeys.live(workspace), event);
  for (const fanOut of begun) await fanOuts.begin(workspace, fanOut);
  const names = { id: deterministicId('business', workspace, id), workspace, occurredAt: at };
  const detail = { ...names, name, properties, fanOuts: begun.map((fanOut) => fanOut.id) };
  await publish(bus, { name: 'BusinessEventReceived', detail });
  return { id, journeys: [...new Set(begun.map(({ journeyId }) => journeyId))] };
}
