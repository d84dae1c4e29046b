import { type Write } from '../../aws/table/dynamo-table.ts';
import { type Touchpoint } from '../../model/touchpoint.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { profileLimits } from '../../model/profile-limits.ts';
import { type Profile } from '../../model/profile.ts';
import { type ProfileChange } from '../../model/profile-change.ts';
import { type ProfileWrite, pointerItem, type VersionedProfile } from '../profile-store.ts';
import { type StageTransition } from '../../model/stage.ts';
import { transitionRow } from '../stage-transition-row.ts';
import { type Instant } from '../../shared/time.ts';
import { anonymousRef, type CustomerRef, userRef } from '../../model/customer.ts';
import { mergeProfiles } from './merge-profiles.ts';
import { ifRevision } from '../../aws/table/conditions.ts';

/**
 * Returns the other identities that a touchpoint claims for its user: the anonymous id beside the
 * user id, and for an alias the previous id, as user and as visitor. An anonymous visitor claims
 * none.
 */
export function identityClaims({ type, userId, anonymousId, previousId }: Touchpoint): CustomerRef[] {
  if (userId === undefined) return [];
  const claimed = anonymousId === undefined ? [] : [anonymousRef(anonymousId)];
  if (type === 'alias' && previousId !== undefined) claimed.push(userRef(previousId), anonymousRef(previousId));
  return [...new Set(claimed)].filter((ref) => ref !== userRef(userId));
}

/** Returns the claims not resolved yet: neither the customer itself nor linked. */
export function unresolvedClaims(
  { customer, linked }: Pick<Profile, 'customer' | 'linked'>,
  touchpoint: Touchpoint,
): CustomerRef[] {
  return identityClaims(touchpoint).filter((ref) => ref !== customer && !linked.includes(ref));
}

/** The profile after a link, with the writes of the same transaction. */
export type IdentityLink = Required<ProfileWrite>;

/**
 * Limit of the ids of linked identities in a profile, characters. With sequence numbers they take
 * about 20 KB.
 */
const maxLinkedLength = 12_000;

function hasRoom({ linked }: Profile, added: CustomerRef[]): boolean {
  const all = [...linked, ...added];
  return all.length <= profileLimits.linked && all.join('').length <= maxLinkedLength;
}

/**
 * Returns the transition if the merge changed the user's stage, that is if the linked profile
 * matched a stage rule more recently.
 */
function stageAfterMerge(
  { stage }: Profile,
  from: Profile['stage'],
  { touchpoint, at }: IdentityClaim,
): StageTransition | undefined {
  if (!stage || !from || stage.id === from.id) return undefined;
  const { messageId, name } = touchpoint;
  return { from: from.id, to: stage.id, at, rule: stage.rule, touchpoint: { messageId, name } };
}

/** What was read of the claimed identity, the claiming touchpoint, and its corrected time. */
export interface IdentityClaim {
  found: VersionedProfile | undefined;
  touchpoint: Pick<Touchpoint, 'messageId' | 'name'>;
  at: Instant;
}

/** Returns whether the identity belongs to no other customer, and the user has room for it. */
function canLink(user: Profile, ref: CustomerRef, found: VersionedProfile | undefined): boolean {
  if (found && found.profile.customer !== ref) return false;
  return hasRoom(user, [ref, ...(found?.profile.linked ?? [])]);
}

/** Writes the pointer over revision `rev`, so that a concurrent first write is not overwritten. */
function replaceByPointer(user: Profile, ref: CustomerRef, rev: number): Write {
  const from = { workspace: user.workspace, customer: ref };
  return { put: pointerItem(from, user, rev + 1), if: ifRevision(rev) };
}

/**
 * Links `ref` to the user: merges its profile and replaces it by a pointer, in the transaction of
 * the user's profile. Both must be unchanged since read. Returns undefined if `found` belongs to
 * another customer, or the limits are reached. Crash: before the write nothing is linked and the
 * redelivery links; after it, the touchpoint counts as processed.
 */
export function linkIdentity(user: Profile, ref: CustomerRef, claim: IdentityClaim): IdentityLink | undefined {
  const { found, touchpoint, at } = claim;
  if (!canLink(user, ref, found)) return undefined;
  const profile = found ? mergeProfiles(user, found.profile) : { ...user, linked: [...user.linked, ref] };
  const also: Write[] = [replaceByPointer(user, ref, found?.rev ?? 0), { put: { ...keys.link(user, ref), at } }];
  const segments = Object.keys(found?.profile.segments ?? {});
  const signals: ProfileChange[] = [{ type: 'identified', linked: ref, at, ...(segments.length > 0 && { segments }) }];
  const transition = stageAfterMerge(profile, user.stage, claim);
  if (transition) {
    // The touchpoint may cause another transition, and that row has the plain id.
    also.push(transitionRow(user, transition, `${touchpoint.messageId}#${ref}`));
    signals.push({ type: 'stage', transition });
  }
  return { profile, signals, also };
}
