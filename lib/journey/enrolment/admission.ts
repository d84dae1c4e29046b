import { type Touchpoint } from '../../model/touchpoint.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type JsonObject } from '../../shared/json.ts';
import { meets } from '../../predicate/evaluate.ts';
import { type Profile } from '../../model/profile.ts';
import { standing } from '../../profile/views/profile-summary.ts';
import { after, type Instant } from '../../shared/time.ts';
import { outrankedBy } from './admission-rules/competition.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type EntrySlot } from './entry-request.ts';
import { type Counted, isFull } from './admission-rules/entry-limits.ts';
import { bucketOf, buckets } from '../../model/customer-bucket.ts';

/** Why somebody was not let in, in the order in which it is looked at. */
export type Refusal =
  /** Draft, paused, closed or stopped. */
  | 'not-live'
  /** The entry key's path leads to nothing in the trigger's properties. */
  | 'no-entry-key'
  | 'holdout'
  | 'excluded'
  | 'already-inside'
  | 'entered-before'
  | 'entered-enough'
  | 'entered-lately'
  /** In another journey of the same group, of at least the same priority. */
  | 'outranked'
  | 'condition-not-met'
  /** The customer has met the exit criteria since the trigger, or with it. */
  | 'exit-met'
  | 'cap-reached';

/** A refusal, and the values it was decided on. */
export interface Refused {
  reason: Refusal;
  because: JsonObject;
}

/** What somebody who knocks is judged by. */
export interface Judging {
  definition: JourneyDefinition;
  workspace: Pick<Workspace, 'holdout'>;
  profile: Profile;
  slot: EntrySlot | undefined;
  /** Touchpoints from the trigger on: who has done what the journey is there for meanwhile, or with the trigger, need not enter. */
  since: readonly Pick<Touchpoint, 'name' | 'channel' | 'properties'>[];
  counted?: Counted | undefined;
  /** Test people pass holdouts and caps. */
  test?: boolean | undefined;
  now: Instant;
}

const refused = (reason: Refusal, because: JsonObject = {}): Refused => ({ reason, because });

function heldOut({ definition, workspace, profile, test }: Judging): Refused | undefined {
  if (test) return undefined;
  const rules = { workspace: workspace.holdout, journey: definition.holdout };
  for (const [of, rule] of Object.entries(rules)) {
    if (!rule) continue;
    const share = (bucketOf(rule.salt, profile) / buckets) * 100;
    if (share < rule.percent) return refused('holdout', { of, percent: rule.percent, drawn: share });
  }
  return undefined;
}

function reentry({ definition, slot, now }: Judging): Refused | undefined {
  if (!slot) return undefined;
  const { active, entries, lastEntered } = slot;
  if (active !== undefined) return refused('already-inside', { enrolmentId: active, lastEntered });
  const policy = definition.entry.reentry;
  if (entries === 0 || policy === 'always') return undefined;
  if (policy === 'never') return refused('entered-before', { entries, lastEntered });
  if (policy.atMost !== undefined && entries >= policy.atMost)
    return refused('entered-enough', { entries, lastEntered });
  if ('after' in policy && now < after(lastEntered, policy.after)) return refused('entered-lately', { lastEntered });
  return undefined;
}

function rules({ definition, profile, since, now }: Judging): Refused | undefined {
  const { entry, exit } = definition;
  if (entry.condition && !meets(entry.condition, { profile, now }))
    return refused('condition-not-met', standing(profile));
  const met = exit && since.find((touchpoint) => meets(exit, { profile, touchpoint, now }));
  return met && refused('exit-met', { touchpoint: met.name });
}

/** Whether a customer who knocks may enter: undefined, or why not. The first reason counts. */
export function refusalOf(judging: Judging): Refused | undefined {
  const { definition, profile, counted, test, now } = judging;
  const out = heldOut(judging);
  if (out) return out;
  const { exclude } = definition.entry;
  if (exclude && meets(exclude, { profile, now })) return refused('excluded', standing(profile));
  const again = reentry(judging);
  if (again) return again;
  const rival = outrankedBy(definition, profile);
  if (rival) return refused('outranked', { by: rival.journeyId, priority: rival.priority });
  const unfit = rules(judging);
  if (unfit) return unfit;
  if (!test && isFull(definition, counted)) return refused('cap-reached', { entered: counted?.entered ?? 0 });
  return undefined;
}
