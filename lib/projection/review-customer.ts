import { type Customer } from '../model/customer.ts';
import { type WorkspaceStore } from '../ingestion/workspace/workspace-store.ts';
import { Workspace } from '../model/workspace.ts';
import { type JourneyDefinition } from '../journey/definition/journey-definition.ts';
import { type JourneyStore } from '../journey/publishing/journey-store.ts';
import { type Predicate } from '../model/predicate.ts';
import { type Profile } from '../model/profile.ts';
import { nextMembershipChange, updateMembership } from '../segment/membership.ts';
import { type Segment } from '../model/segment.ts';
import { type SegmentStore } from '../segment/segment-store.ts';
import { type ProfileWrite, type ProfileStore } from '../profile/profile-store.ts';
import { type StageModel } from '../model/stage.ts';
import { decideNextStage } from '../stage/next-stage.ts';
import { transitionRow } from '../profile/stage-transition-row.ts';
import { stageModelOf } from '../stage/stage-templates.ts';
import { addDuration, msBetween, type Clock, type Duration, type Instant, hourMs } from '../shared/time.ts';
import { chooseRiskModel } from '../churn/choose-risk-model.ts';
import { hasCurrentRisk, reviewRisk, type RiskReviewTerms } from '../churn/review-risk.ts';
import { type ModelStore } from '../churn/training/model-store.ts';
import { leavesOf } from '../model/visit-predicate.ts';

/** Returns the `silentFor` durations of a predicate, at any depth. */
const silencesIn = (predicate: Predicate): Duration[] =>
  leavesOf(predicate).flatMap((leaf) => ('silentFor' in leaf ? [leaf.silentFor] : []));

const silencesOf = (journeys: readonly JourneyDefinition[]): Duration[] =>
  journeys.flatMap(({ entry }) =>
    entry.triggers.flatMap((trigger) => ('silentFor' in trigger ? [trigger.silentFor] : [])),
  );

type Reviewing = Required<Pick<ProfileWrite, 'profile' | 'signals'>> & Pick<ProfileWrite, 'also'>;

/** The rules that a workspace's reviews apply. */
interface Rules {
  model: StageModel | undefined;
  segments: readonly Segment[];
  workspace: Workspace;
  terms: RiskReviewTerms;
}

/** Reviews the risk and the stage, which silence may move without a touchpoint. */
function reviewWithStage(profile: Profile, { terms, model }: Rules): Reviewing {
  const reviewed = reviewRisk(profile, terms);
  if (!model) return reviewed;
  const { profile: staged, transition } = decideNextStage(model, { profile: reviewed.profile, now: terms.now });
  if (!transition) return reviewed;
  return {
    profile: staged,
    signals: [...reviewed.signals, { type: 'stage', transition }],
    also: [transitionRow(staged, transition)],
  };
}

/**
 * Longest time to the next review. Every customer has one, because segments are filled from the
 * list of due reviews, which is also the only list of all customers.
 */
const farthest = '730d';

/**
 * Updates segment membership after the review. The next review is the earlier of the planned one
 * and the next segment change by time alone.
 */
function withSegments(reviewed: Reviewing, { segments, workspace, terms: { now } }: Rules): ProfileWrite {
  const { profile, signals } = updateMembership(reviewed.profile, { segments, workspace, now });
  const [next] = [profile.nextReview ?? addDuration(now, farthest), nextMembershipChange(segments, profile, now)]
    .filter((at) => at !== undefined)
    .sort();
  return { ...reviewed, profile: { ...profile, nextReview: next }, signals: [...reviewed.signals, ...signals] };
}

/**
 * An event older than this causes no review, ms. It comes from an import that may be half done,
 * where the customer would look lost. The next review is due at most a day after the first
 * touchpoint was folded and sees the whole.
 */
const historyMs = hourMs;

export interface ReviewerDependencies {
  profiles: ProfileStore;
  workspaces: WorkspaceStore;
  /** Journeys whose `silentFor` triggers a review checks. */
  journeys: Pick<JourneyStore, 'live'>;
  segments: Pick<SegmentStore, 'remembered'>;
  /** Trained models of workspaces. Default: the cold-start model. */
  models?: Pick<ModelStore, 'current'>;
  clock: Clock;
}

/** `not-due`: another review was faster, or the index was behind. Nothing is written. */
export type ReviewOutcome = 'reviewed' | 'not-due';

/** The occasions of a review. Each costs one read of the profile and, if due, one write. */
export interface CustomerReviewer {
  /**
   * After an event at `since`, at most `historyMs` old. Not due if the risk was assessed at or
   * after `since` and assessing again would return the same. So an event folded late is due, and a
   * duplicate assesses once. The stage is kept, because the event has just moved it.
   */
  afterEvent(customer: Customer, since: Instant): Promise<ReviewOutcome>;
  /** When the next review is due. Silence may move the stage. */
  whenDue(customer: Customer): Promise<ReviewOutcome>;
  /**
   * After a training. Due if the new model changes the score by a point or more, the band changes,
   * or the next review is sooner.
   */
  afterTraining(customer: Customer): Promise<ReviewOutcome>;
}

/**
 * Returns whether the risk changed. By the same model a change of the score alone does not count,
 * because it moves with time.
 */
function isMoved({ churn }: Profile, { profile }: ProfileWrite): boolean {
  const { churn: now } = profile;
  if (!churn || !now) return churn !== now;
  const isOther = churn.modelVersion !== now.modelVersion && Math.abs(churn.score - now.score) >= 1;
  return isOther || churn.band !== now.band;
}

const isSooner = ({ nextReview: planned }: Profile, { profile: { nextReview: next } }: ProfileWrite): boolean =>
  next !== undefined && (planned === undefined || next < planned);

/**
 * Returns a reviewer that reads a workspace's rules at each review. Retries a conflicting write.
 */
export function createCustomerReviewer({
  profiles,
  workspaces,
  journeys,
  segments,
  models,
  clock,
}: ReviewerDependencies): CustomerReviewer {
  async function rulesOf(id: string): Promise<Rules> {
    const [settings, live, known, trained] = await Promise.all([
      workspaces.settings(id),
      journeys.live(id),
      segments.remembered(id),
      models?.current(id),
    ]);
    const model = settings && stageModelOf(settings);
    const silences = silencesOf(live.flatMap(({ versions }) => versions.map(({ definition }) => definition)));
    const looks = model ? model.stages.flatMap(({ entry }) => silencesIn(entry)) : [];
    const workspace = settings ?? Workspace.parse({ id, name: id });
    const assessor = chooseRiskModel(workspace, trained);
    return { model, segments: known, workspace, terms: { now: clock.now(), silences, looks, assessor } };
  }

  return {
    async afterEvent(customer, since) {
      if (msBetween(since, clock.now()) > historyMs) return 'not-due';
      const rules = await rulesOf(customer.workspace);
      const changed = await profiles.update(customer, (profile) => {
        const isYounger = profile.churn !== undefined && profile.churn.assessedAt >= since;
        if (isYounger && hasCurrentRisk(profile, rules.terms.assessor)) return undefined;
        return withSegments(reviewRisk(profile, rules.terms), rules);
      });
      return changed ? 'reviewed' : 'not-due';
    },

    async whenDue(customer) {
      const rules = await rulesOf(customer.workspace);
      const changed = await profiles.update(customer, (profile) => {
        if (profile.nextReview === undefined || profile.nextReview > rules.terms.now) return undefined;
        return withSegments(reviewWithStage(profile, rules), rules);
      });
      return changed ? 'reviewed' : 'not-due';
    },

    async afterTraining(customer) {
      const rules = await rulesOf(customer.workspace);
      const changed = await profiles.update(customer, (profile) => {
        const reviewed = withSegments(reviewWithStage(profile, rules), rules);
        return isMoved(profile, reviewed) || isSooner(profile, reviewed) ? reviewed : undefined;
      });
      return changed ? 'reviewed' : 'not-due';
    },
  };
}
