import * as z from 'zod';
import { type Bus } from '#lib/aws/bus.ts';
import { throwRefused } from '#lib/aws/table/past-refused.ts';
import { events } from '#lib/model/bus-events.ts';
import { type BackfillSources, readBackfillChange } from '#lib/projection/review/backfill-change.ts';
import { Unavailable } from '#lib/shared/errors.ts';
import { deterministicId } from '#lib/shared/ids.ts';
import { type Instant } from '#lib/shared/time.ts';
import { backfillLists, type BackfillLists, type BackfillWork } from './backfill-lists.ts';

interface Dependencies extends BackfillSources, BackfillLists {
  bus: Bus;
  /** Resolves when all writers of profiles know a change that was made at that time. */
  known: (changedAt: Instant) => Promise<void>;
}

const BackfillEvent = z.discriminatedUnion('detail-type', [
  z.object({ 'detail-type': z.literal('SegmentChanged'), detail: events.SegmentChanged }),
  z.object({ 'detail-type': z.literal('JourneyPublished'), detail: events.JourneyPublished }),
  z.object({ 'detail-type': z.literal('JourneyResumed'), detail: events.JourneyResumed }),
  z.object({ 'detail-type': z.literal('RefreshAdvanced'), detail: events.RefreshAdvanced }),
]);

function workOf({ 'detail-type': name, detail }: z.infer<typeof BackfillEvent>): BackfillWork {
  const { workspace } = detail;
  if (name === 'SegmentChanged') return { workspace, kind: 'segment', id: detail.segment, list: 0 };
  if (name !== 'RefreshAdvanced') return { workspace, kind: 'journey', id: detail.journeyId, list: 0 };
  const [kind, id = ''] = detail.refresh.split('#');
  return { workspace, kind: kind === 'segment' ? kind : 'journey', id, list: detail.list, cursor: detail.cursor };
}

/** Publishes the position, from which another invocation continues. */
async function publishRest({ bus, clock }: Dependencies, rest: BackfillWork, after: string): Promise<void> {
  const { workspace, kind, id, list, cursor } = rest;
  const place = { refresh: `${kind}#${id}`, list, ...(cursor !== undefined && { cursor }) };
  const eventId = deterministicId('refresh', after, list, cursor ?? '');
  const detail = { id: eventId, workspace, occurredAt: clock.now(), ...place };
  if ((await bus.put([{ name: 'RefreshAdvanced', detail }])).length > 0)
    throw new Unavailable('bus.refused', { refresh: place.refresh });
}

async function backfill(
  dependencies: Dependencies,
  event: z.infer<typeof BackfillEvent>,
  timeLeft: () => number,
): Promise<void> {
  const work = workOf(event);
  const change = await readBackfillChange(dependencies, work);
  if (!change) return;
  const { rest, refused } = await backfillLists(dependencies, { work, timeLeft }, change);
  if (rest) await publishRest(dependencies, rest, event.detail.id);
  throwRefused(refused);
}

/**
 * Evaluates all customers of a workspace for a new or changed segment, or for the date triggers of
 * a journey. Pages through the index of reviews, which every customer is in; a customer who moves
 * in it is evaluated by that write. One conditional write a change. Out of time it publishes its
 * position. Safe to crash: a retry repeats the page and changes nothing twice.
 */
export function backfillSegments(dependencies: Dependencies) {
  return async (envelope: unknown, context: { getRemainingTimeInMillis(): number }): Promise<void> => {
    const event = BackfillEvent.parse(envelope);
    if (event['detail-type'] !== 'RefreshAdvanced') await dependencies.known(event.detail.occurredAt);
    await backfill(dependencies, event, () => context.getRemainingTimeInMillis());
  };
}
