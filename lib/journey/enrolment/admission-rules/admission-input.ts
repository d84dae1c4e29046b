import { type Profile } from '#lib/model/profile.ts';
import { type Touchpoint } from '#lib/model/touchpoint.ts';
import { type Workspace } from '#lib/model/workspace.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { type Instant } from '#lib/shared/time.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';
import { type EntryRequest, type EntrySlot } from '../entry-request.ts';
import { type EntryCounters } from './entry-limits.ts';

/** Why an entry was rejected, in the order in which the causes are tested. */
export type EntryRejectionReason =
  /** Draft, paused, closed or stopped. */
  | 'not-live'
  /** The trigger's properties have no value at the entry key's path. */
  | 'no-entry-key'
  | 'holdout'
  | 'excluded'
  | 'already-inside'
  | 'entered-before'
  | 'entered-enough'
  | 'entered-lately'
  /**
   * The customer is enrolled in another journey of the same group, of at least the same priority.
   */
  | 'outranked'
  | 'condition-not-met'
  /** The customer has met the exit criteria since the trigger, or with it. */
  | 'exit-met'
  | 'cap-reached';

/** A rejection and the values that it was decided on. */
export interface EntryRejection {
  reason: EntryRejectionReason;
  because: JsonObject;
}

/** Returns a rejection. */
export const reject = (reason: EntryRejectionReason, because: JsonObject = {}): EntryRejection => ({ reason, because });

/** Everything that an admission is decided on. */
export interface AdmissionInput {
  definition: JourneyDefinition;
  /** A test person ignores holdouts, caps and throttles. */
  request: EntryRequest;
  enrolmentId: string;
  entryKey: string;
  workspace: Pick<Workspace, 'holdout'>;
  profile: Profile;
  slot: EntrySlot | undefined;
  /**
   * Touchpoints at or after the trigger. An entry is rejected if one of them meets the exit
   * criteria.
   */
  since: readonly Pick<Touchpoint, 'name' | 'channel' | 'properties'>[];
  counted: EntryCounters;
  now: Instant;
}

/** Returns a rejection, or undefined if the rule does not reject the entry. Pure. */
export type AdmissionRule = (input: AdmissionInput) => EntryRejection | undefined;
