import { type Workspace } from '#lib/model/workspace.ts';
import { type Touchpoint } from '#lib/model/touchpoint.ts';
import { instantAt } from '#lib/shared/time.ts';
import { newProfile, type Profile } from '#lib/model/profile.ts';
import { type ProfileChange } from '#lib/model/profile-change.ts';
import { type StageModel } from '#lib/model/stage.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';
import { type EntrySlot } from '../../enrolment/entry-request.ts';
import { type Contact } from '../../messaging/decide-send.ts';
import { type SyntheticCustomer } from './synthetic-customers.ts';

/** Rules that a simulated touchpoint is applied with. `journeys` are those it may start. */
export interface SimulationRules {
  workspace: Workspace;
  model: StageModel;
  journeys: readonly JourneyDefinition[];
}

/**
 * Applies a touchpoint to a profile as the projection does, and returns the changes that it would
 * publish.
 */
export type ApplyTouchpoint = (
  profile: Profile,
  touchpoint: Touchpoint,
  rules: SimulationRules,
) => { profile: Profile; signals: ProfileChange[] };

/** A simulated customer: the profile, and what the table would store beside it. */
export interface SimulatedCustomer {
  person: SyntheticCustomer;
  profile: Profile;
  contacts: Contact[];
  /** Entry slots by entry key. */
  slots: Map<string, EntrySlot>;
  /** Task tokens of waiting steps, by wait id. */
  tokens: Map<string, string>;
  touchpoints: number;
  entries: number;
}

/** Returns a customer with an empty profile. */
export function newCustomer(person: SyntheticCustomer, { id: workspace }: Workspace): SimulatedCustomer {
  const profile = newProfile({ workspace, customer: `u:${person.id}` }, instantAt(person.entersAt));
  return { person, profile, contacts: [], slots: new Map(), tokens: new Map(), touchpoints: 0, entries: 0 };
}

/** Builds a touchpoint of the customer at `now`, epoch ms. */
export function makeTouchpoint(
  customer: SimulatedCustomer,
  { name, properties }: Pick<Touchpoint, 'name' | 'properties'>,
  now: number,
): Touchpoint {
  const { person } = customer;
  const type = name === 'Identified' ? 'identify' : 'track';
  const messageId = `${person.id}-${++customer.touchpoints}`;
  return { messageId, at: instantAt(now), type, name, channel: 'web', userId: person.id, properties, context: {} };
}
