import { type Write } from '../../aws/table/dynamo-table.ts';
import { type Touchpoint } from '../../model/touchpoint.ts';
import { keys } from '../../model/table-keys.ts';
import { profileLimits } from '../../model/profile-limits.ts';
import { type Profile } from '../../model/profile.ts';
import { type ProfileChange } from '../../model/profile-change.ts';
import { type ProfileWrite, pointerItem, type VersionedProfile } from '../profile-store.ts';
import { type StageTransition } from '../../model/stage.ts';
import { transitionRow } from '../stage-transition-row.ts';
import { type Instant } from '../../shared/time.ts';
import { anonymousRef, type CustomerRef, userRef } from '../../model/customer.ts';
import { mergeProfiles } from './merge-profiles.ts';

/**
 * The other identities that a touchpoint says its user is: the anonymous id sent along with the user id, and for an alias the previous
 * id, which may have been a user's or a visitor's. Nobody becomes part of an anonymous visitor.
 */
export function identityClaims({ type, userId, anonymousId, previousId }: Touchpoint): CustomerRef[] {
  if (userId === undefined) return [];
  const claimed = anonymousId === undefined ? [] : [anonymousRef(anonymousId)];
  if (type === 'alias' && previousId !== undefined) claimed.push(userRef(previousId), anonymousRef(previousId));
  return [...new Set(claimed)].filter((ref) => ref !== userRef(userId));
}

/** Claims that nobody has decided on yet: not the customer itself, and not linked before. */
export function unresolvedClaims(
  { customer, linked }: Pick<Profile, 'customer' | 'linked'>,
  touchpoint: Touchpoint,
): CustomerRef[] {
  return identityClaims(touchpoint).filter((ref) => ref !== customer && !linked.includes(ref));
}

/** What linking makes of the user's profile, and the writes that must happen with it or not at all. */
export type IdentityLink = Required<ProfileWrite>;

/** Characters of ids that linked identities may take up in a profile: with sequence numbers about 20 KB. */
const maxLinkedLength = 12_000;

function hasRoom({ linked }: Profile, added: CustomerRef[]): boolean {
  const all = [...linked, ...added];
  return all.length <= profileLimits.linked && all.join('').length <= maxLinkedLength;
}

/** Stands for "there is none yet": whoever writes it first must not be written over. */
const unwritten = { expression: 'attribute_not_exists(pk)' };

/** A user who stood somewhere else moves to where the linked identity was seen last. */
function stageAfterMerge(
  { stage }: Profile,
  from: Profile['stage'],
  { touchpoint, at }: IdentityClaim,
): StageTransition | undefined {
  if (!stage || !from || stage.id === from.id) return undefined;
  const { messageId, name } = touchpoint;
  return { from: from.id, to: stage.id, at, rule: stage.rule, touchpoint: { messageId, name } };
}

/** Who claims, what was read of the identity claimed, and when by our clock. */
export interface IdentityClaim {
  found: VersionedProfile | undefined;
  touchpoint: Pick<Touchpoint, 'messageId' | 'name'>;
  at: Instant;
}

/**
 * Makes `ref` an identity of the user: its profile is merged in and a pointer put in its place, both in the transaction that writes
 * the user's profile, on condition that neither changed since it was read. `found` is what was read under `ref`: nothing, its own
 * profile, or by its pointer somebody else's. The first who claims an id keeps it: undefined when it is another's, or the user has
 * more identities than a profile holds. After death in between nothing is linked and the redelivery links; after the transaction
 * the redelivered touchpoint is folded already and claims nothing.
 */
export function linkIdentity(user: Profile, ref: CustomerRef, claim: IdentityClaim): IdentityLink | undefined {
  const { workspace } = user;
  const { found, touchpoint, at } = claim;
  if (found && found.profile.customer !== ref) return undefined;
  if (!hasRoom(user, [ref, ...(found?.profile.linked ?? [])])) return undefined;
  const from = { workspace, customer: ref };
  const profile = found ? mergeProfiles(user, found.profile) : { ...user, linked: [...user.linked, ref] };
  const rev = found?.rev ?? 0;
  const pointer: Write = {
    put: pointerItem(from, user, rev + 1),
    if: found ? { expression: 'rev = :rev', values: { ':rev': rev } } : unwritten,
  };
  const also: Write[] = [pointer, { put: { ...keys.link(user, ref), at } }];
  const segments = Object.keys(found?.profile.segments ?? {});
  const signals: ProfileChange[] = [{ type: 'identified', linked: ref, at, ...(segments.length > 0 && { segments }) }];
  const transition = stageAfterMerge(profile, user.stage, claim);
  if (transition) {
    // The touchpoint may move the customer once more by itself: that row has its plain id.
    also.push(transitionRow(user, transition, `${touchpoint.messageId}#${ref}`));
    signals.push({ type: 'stage', transition });
  }
  return { profile, signals, also };
}
