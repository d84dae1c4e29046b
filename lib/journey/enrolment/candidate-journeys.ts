import { type BusEvent, type EventName } from '../../model/bus-events.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Trigger } from '../definition/trigger.ts';
import { type JourneyStore } from '../publishing/journey-store.ts';
import { liveDefinitionsFor } from '../publishing/live-versions.ts';
import { type EntryEvent } from './entry-request.ts';

type DetailOf<Name extends EventName> = Extract<BusEvent, { name: Name }>['detail'];

/**
 * By event, whether it meets a trigger. Triggers of stages and segments are compared by the
 * projector if a touchpoint caused the change. Touchpoints, dates, schedules and API calls arrive
 * as `EntryTriggered`, which names the journey.
 */
const triggerTests: { [Name in EntryEvent['name']]: (trigger: Trigger, detail: DetailOf<Name>) => boolean } = {
  EntryTriggered: () => false,
  StageEntered: (trigger, { touchpoint, stage }) =>
    !touchpoint && 'stageEntered' in trigger && trigger.stageEntered.includes(stage),
  // `filled` marks a member that was added when the segment was defined, which is not a join.
  SegmentJoined: (trigger, { touchpoint, filled, segment }) =>
    !touchpoint && !filled && 'segmentJoined' in trigger && trigger.segmentJoined.includes(segment),
  ChurnRiskChanged: (trigger, { risk }) => 'churnBand' in trigger && trigger.churnBand.includes(risk.band),
  CustomerSilent: (trigger, detail) => 'silentFor' in trigger && trigger.silentFor === detail.for,
};

function isTriggeredBy<Name extends EntryEvent['name']>(trigger: Trigger, name: Name, detail: DetailOf<Name>): boolean {
  return triggerTests[name](trigger, detail);
}

/** Returns the journeys that an event triggers. */
export function journeysTriggeredBy(definitions: readonly JourneyDefinition[], event: EntryEvent): JourneyDefinition[] {
  if (event.name === 'EntryTriggered') return definitions.filter(({ id }) => id === event.detail.journeyId);
  return definitions.filter(({ entry }) =>
    entry.triggers.some((trigger) => isTriggeredBy(trigger, event.name, event.detail)),
  );
}

/** Returns the ids of the journeys that an event requests entry to. Reads the live journeys. */
export async function findCandidateJourneys(
  journeys: Pick<JourneyStore, 'live'>,
  event: EntryEvent,
): Promise<string[]> {
  if (event.name === 'EntryTriggered') return [event.detail.journeyId];
  const { workspace, customer } = event.detail;
  const definitions = liveDefinitionsFor(await journeys.live(workspace), { workspace, customer });
  return journeysTriggeredBy(definitions, event).map(({ id }) => id);
}
