import type * as z from 'zod';
import { type Workspace } from '../model/workspace.ts';
import { type Instant } from '../shared/time.ts';
import { matches } from '../predicate/evaluate.ts';
import { type Predicate } from '../model/predicate.ts';
import { type Profile } from '../model/profile.ts';
import { type ProfileChange, type TouchpointRef } from '../model/profile-change.ts';
import { homeZone } from '../profile/facts/home-zone.ts';
import { nextChangeTimes } from '../predicate/next-change.ts';
import { type Segment } from '../model/segment.ts';
import { leavesOf } from '../model/visit-predicate.ts';

/** Returns why a predicate cannot define a segment, or undefined. */
export function findSegmentError(predicate: Predicate): string | undefined {
  const wrong = leavesOf(predicate).find((leaf) => 'event' in leaf || 'segment' in leaf);
  if (!wrong) return undefined;
  return 'event' in wrong
    ? 'event is true for a moment only; did remembers'
    : 'a segment is not made of segments: repeat their predicates';
}

export interface MembershipInput {
  segments: readonly Segment[];
  workspace: Pick<Workspace, 'timezone'>;
  now: Instant;
  touchpoint?: z.infer<typeof TouchpointRef>;
  /** Set if the segments changed and not the customer. */
  filled?: boolean;
  /** Ids of deleted segments. */
  gone?: readonly string[];
}

/**
 * Updates segment membership. Predicates see no touchpoint, only its effect on the profile.
 * Membership of an unknown segment is kept, because that segment may be newer than `segments`.
 */
export function updateMembership(
  profile: Profile,
  { segments, workspace, now, touchpoint, filled, gone = [] }: MembershipInput,
): { profile: Profile; signals: ProfileChange[]; joined: string[] } {
  const isIn = ({ id }: Segment): boolean => Object.hasOwn(profile.segments, id);
  const belongs = segments.filter(({ predicate }) => matches(predicate, { profile, now }));
  const joined = belongs.filter((segment) => !isIn(segment)).map(({ id }) => id);
  const lost = segments.filter((segment) => isIn(segment) && !belongs.includes(segment)).map(({ id }) => id);
  const left = [...lost, ...gone.filter((id) => Object.hasOwn(profile.segments, id))];
  if (joined.length === 0 && left.length === 0) return { profile, signals: [], joined };
  const zone = homeZone(profile, workspace);
  const how = { at: now, ...(filled && { filled }) };
  const signals = [
    ...left.map((segment): ProfileChange => ({ type: 'left', segment, ...how })),
    ...joined.map((segment): ProfileChange => ({
      type: 'joined',
      segment,
      zone,
      ...how,
      ...(touchpoint && { touchpoint }),
    })),
  ];
  const kept = Object.entries(profile.segments).filter(([id]) => !left.includes(id));
  const members = Object.fromEntries([...kept, ...joined.map((id) => [id, now] as const)]);
  return { profile: { ...profile, segments: members }, signals, joined };
}

/** Returns the first time at which membership may change without a touchpoint. */
export function nextMembershipChange(
  segments: readonly Segment[],
  profile: Profile,
  now: Instant,
): Instant | undefined {
  const turns = segments.flatMap(({ predicate }) => nextChangeTimes(predicate, profile)).filter((at) => at > now);
  return turns.sort()[0];
}
