import * as z from 'zod';
import { type Bus } from '#lib/aws/bus.ts';
import { type EventOf, events } from '#lib/model/bus-events.ts';
import { Unavailable } from '#lib/shared/errors.ts';
import { deterministicId } from '#lib/shared/ids.ts';
import { type Clock } from '#lib/shared/time.ts';

const ReleaseEvent = z.discriminatedUnion('detail-type', [
  z.object({ 'detail-type': z.literal('JourneyResumed'), detail: events.JourneyResumed }),
  z.object({ 'detail-type': z.literal('JourneyStopped'), detail: events.JourneyStopped }),
  z.object({ 'detail-type': z.literal('ReleaseAdvanced'), detail: events.ReleaseAdvanced }),
]);

/** How far the work that follows a resumption or a stop has come. */
export type ReleaseProgress = EventOf<'ReleaseAdvanced'>;

/** Where the next page begins. A stop has one list, number 0. */
export interface ReleasePosition {
  list: number;
  cursor?: string | undefined;
}

/** One page of the work: how many it released, and where the next begins. */
export interface ReleasePage {
  done: number;
  /** Undefined if the work is done or no longer wanted. */
  next: ReleasePosition | undefined;
}

/** Returns the progress that an event starts from. Throws a `ZodError` for another event. */
export function readReleaseProgress(envelope: unknown): ReleaseProgress {
  const event = ReleaseEvent.parse(envelope);
  if (event['detail-type'] === 'ReleaseAdvanced') return event.detail;
  return { ...event.detail, list: 0, kind: event['detail-type'] === 'JourneyResumed' ? 'resume' : 'stop' };
}

/**
 * Publishes where the next page begins, which starts its run. The id is made of the position, so a
 * repeated page publishes the same event. Throws `Unavailable` if the bus refuses it.
 */
export async function publishReleaseProgress(
  { bus, clock }: { bus: Bus; clock: Clock },
  { workspace, journeyId, since, kind }: ReleaseProgress,
  next: ReleasePosition,
): Promise<void> {
  const id = deterministicId('release', workspace, journeyId, since, kind, next.list, next.cursor ?? '');
  const detail = { id, workspace, occurredAt: clock.now(), journeyId, since, kind, ...next };
  const refused = await bus.put([{ name: 'ReleaseAdvanced', detail }]);
  if (refused.length > 0) throw new Unavailable('bus.refused', { journeyId });
}
