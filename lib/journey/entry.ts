import { type BusEvent } from '../events.ts';
import { type Touchpoint } from '../ingestion/touchpoint.ts';
import { at as valueAt, type JsonObject } from '../json.ts';
import { meets } from '../profile/meets.ts';
import { type Profile } from '../profile/profile.ts';
import { fittingProperties } from '../profile/signal.ts';
import { after, type Instant } from '../time.ts';
import { type JourneyDefinition } from './definition.ts';
import { type Trigger } from './entry-rule.ts';
import { nameOf } from './enrolment.ts';

/** What knocked at a journey's door. */
export interface Knock {
  /** Id of the event: a redelivery has the same. */
  id: string;
  name: string;
  at: Instant;
  properties: JsonObject;
}

/** What one door of a journey remembers: who is inside, and earlier entries. */
export interface EntrySlot {
  active?: string | undefined;
  lastEntered: Instant;
  entries: number;
}

/** Why somebody was not let in. */
export type Refusal =
  /** The entry key's path leads to nothing in the trigger's properties. */
  | 'no-entry-key'
  | 'already-inside'
  | 'entered-before'
  | 'entered-lately'
  | 'condition-not-met'
  /** The customer has met the exit criteria since the trigger, or with it. */
  | 'exit-met';

/** Longest entry key that is kept as it is; a longer one is named by its hash. A sort key takes 1,024 bytes in all. */
const maxKeyLength = 200;

function opens(trigger: Trigger, { name, detail }: BusEvent): boolean {
  // A stage that a touchpoint led to is looked at with the touchpoint.
  if ('stageEntered' in trigger)
    return name === 'StageEntered' && !detail.touchpoint && trigger.stageEntered.includes(detail.stage);
  if ('churnBand' in trigger) return name === 'ChurnRiskChanged' && trigger.churnBand.includes(detail.risk.band);
  if ('silentFor' in trigger) return name === 'CustomerSilent' && detail.for === trigger.silentFor;
  return false; // touchpoints are looked at when they are folded; `EntryTriggered` names the journey
}

/** The journeys at whose door an event knocks. */
export function journeysFor(definitions: readonly JourneyDefinition[], event: BusEvent): JourneyDefinition[] {
  if (event.name === 'EntryTriggered') return definitions.filter(({ id }) => id === event.detail.journeyId);
  return definitions.filter(({ entry }) => entry.triggers.some((trigger) => opens(trigger, event)));
}

/** What of an event travels with the enrolment it starts. */
export function knockOf({ name, detail }: BusEvent): Knock {
  const { id, occurredAt: at } = detail;
  switch (name) {
    case 'EntryTriggered':
      return { id, name: detail.cause.name, at, properties: fittingProperties(detail.cause.properties) };
    case 'StageEntered':
      return { id, name, at, properties: { stage: detail.stage } };
    case 'ChurnRiskChanged':
      return { id, name, at, properties: { band: detail.risk.band, score: detail.risk.score } };
    case 'CustomerSilent':
      return { id, name, at, properties: { for: detail.for } };
    default:
      return { id, name, at, properties: {} };
  }
}

/** The entry key of a knock, empty where the journey has none; undefined where the knock lacks it. */
export function entryKeyOf(
  { entry }: JourneyDefinition,
  { properties }: Pick<Knock, 'properties'>,
): string | undefined {
  if (entry.key === undefined) return '';
  const value = valueAt(properties, entry.key);
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const key = String(value);
  if (key === '') return undefined;
  return key.length > maxKeyLength ? nameOf(key) : key;
}

function reentryRefusal({ entry }: JourneyDefinition, slot: EntrySlot | undefined, now: Instant): Refusal | undefined {
  if (!slot) return undefined;
  if (slot.active !== undefined) return 'already-inside';
  if (slot.entries === 0 || entry.reentry === 'always') return undefined;
  if (entry.reentry === 'never') return 'entered-before';
  return now < after(slot.lastEntered, entry.reentry.after) ? 'entered-lately' : undefined;
}

/**
 * Whether a customer who knocks may enter: undefined, or why not. `since` are the touchpoints from the trigger on: who has done what
 * the journey is there for in the meantime, or did it with the trigger itself, need not enter.
 */
export function refusalOf({
  definition,
  profile,
  slot,
  since,
  now,
}: {
  definition: JourneyDefinition;
  profile: Profile;
  slot: EntrySlot | undefined;
  since: Pick<Touchpoint, 'name' | 'channel' | 'properties'>[];
  now: Instant;
}): Refusal | undefined {
  const reentry = reentryRefusal(definition, slot, now);
  if (reentry) return reentry;
  const { entry, exit } = definition;
  if (entry.condition && !meets(entry.condition, { profile, now })) return 'condition-not-met';
  if (exit && since.some((touchpoint) => meets(exit, { profile, touchpoint, now }))) return 'exit-met';
  return undefined;
}
