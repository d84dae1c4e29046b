import { type WorkspaceStore } from '../../ingestion/workspace/workspace-store.ts';
import { type LiveJourney, type JourneyStore } from '../../journey/publishing/journey-store.ts';
import { liveDefinitionsFor } from '../../journey/publishing/live-versions.ts';
import { dateRules, findMovedDates } from '../../journey/scheduling/date-entries.ts';
import { type Profile } from '../../model/profile.ts';
import { type Segment } from '../../model/segment.ts';
import { Workspace } from '../../model/workspace.ts';
import { type ProfileWrite } from '../../profile/profile-store.ts';
import { nextMembershipChange, updateMembership } from '../../segment/membership.ts';
import { type SegmentStore } from '../../segment/segment-store.ts';
import { type Clock, type Instant } from '../../shared/time.ts';

/** The segment or journey that all customers of a workspace are evaluated for. */
export interface BackfillSubject {
  workspace: string;
  kind: 'segment' | 'journey';
  id: string;
}

/** Where the rules of a backfill are read. */
export interface BackfillSources {
  workspaces: Pick<WorkspaceStore, 'settings'>;
  segments: Pick<SegmentStore, 'all'>;
  journeys: Pick<JourneyStore, 'liveJourney'>;
  clock: Clock;
}

/** Returns the write that a customer needs, or undefined if nothing changes. */
export type BackfillChange = (profile: Profile) => ProfileWrite | undefined;

/** The segments after a change, the ids of deleted ones, and the time. */
interface SegmentTerms {
  segments: readonly Segment[];
  gone: readonly string[];
  workspace: Workspace;
  now: Instant;
}

/** Returns the profile with a review at `at`, unless one is planned before. */
function withReviewBy(profile: Profile, at: Instant | undefined): Profile {
  const { nextReview } = profile;
  return at === undefined || (nextReview !== undefined && nextReview <= at) ? profile : { ...profile, nextReview: at };
}

/** Evaluates a customer for changed segments. Plans a review for changes by time alone. */
export function refillSegments(before: Profile, { segments, gone, workspace, now }: SegmentTerms): ProfileWrite {
  const { profile, signals } = updateMembership(before, { segments, workspace, now, filled: true, gone });
  return { profile: withReviewBy(profile, nextMembershipChange(segments, profile, now)), signals };
}

/** Returns the dates of a customer that trigger a journey, as if all were new. */
function findDates(
  profile: Profile,
  journey: LiveJourney,
  { workspace, now }: { workspace: Workspace; now: Instant },
): ProfileWrite {
  const journeys = liveDefinitionsFor([journey], profile);
  const signals = findMovedDates({ before: undefined, after: profile }, { journeys, workspace, now });
  return { profile, signals };
}

const whereChanged =
  (evaluate: (profile: Profile) => ProfileWrite): BackfillChange =>
  (before) => {
    const write = evaluate(before);
    const hasChanged = write.profile.nextReview !== before.nextReview || (write.signals ?? []).length > 0;
    return hasChanged ? write : undefined;
  };

/**
 * Reads the rules and returns the change to apply to each customer. Returns undefined if no
 * customer is concerned, as for a journey without date triggers.
 */
export async function readBackfillChange(
  { workspaces, segments, journeys, clock }: BackfillSources,
  subject: BackfillSubject,
): Promise<BackfillChange | undefined> {
  const id = subject.workspace;
  const workspace = (await workspaces.settings(id)) ?? Workspace.parse({ id, name: id });
  if (subject.kind === 'segment') {
    const all = await segments.all(id);
    const gone = all.some((segment) => segment.id === subject.id) ? [] : [subject.id];
    return whereChanged((profile) => refillSegments(profile, { segments: all, gone, workspace, now: clock.now() }));
  }
  const journey = await journeys.liveJourney(id, subject.id);
  if (!journey?.versions.some(({ definition }) => dateRules(definition).length > 0)) return undefined;
  return whereChanged((profile) => findDates(profile, journey, { workspace, now: clock.now() }));
}
