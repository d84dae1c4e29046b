import { type Bus } from '#lib/aws/bus.ts';
import { type BusEvent } from '#lib/model/bus-events.ts';
import { Unavailable } from '#lib/shared/errors.ts';

/** Publishes an event. Throws `Unavailable` if the bus did not accept it. */
export async function publish(bus: Bus, event: BusEvent): Promise<void> {
  if ((await bus.put([event])).length > 0) throw new Unavailable('bus.refused', { event: event.name });
}
