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
import { addDuration, msBetween, type Clock, type Duration, type Instant } from '../shared/time.ts';
import { chooseRiskModel } from '../churn/choose-risk-model.ts';
import { hasCurrentRisk, reviewRisk, type RiskReviewTerms } from '../churn/review-risk.ts';
import { type ModelStore } from '../churn/training/model-store.ts';

/** The silences a predicate looks for, however deep. */
function silencesIn(predicate: Predicate): Duration[] {
  if ('all' in predicate) return predicate.all.flatMap(silencesIn);
  if ('any' in predicate) return predicate.any.flatMap(silencesIn);
  if ('not' in predicate) return silencesIn(predicate.not);
  return 'silentFor' in predicate ? [predicate.silentFor] : [];
}

const silencesOf = (journeys: readonly JourneyDefinition[]): Duration[] =>
  journeys.flatMap(({ entry }) =>
    entry.triggers.flatMap((trigger) => ('silentFor' in trigger ? [trigger.silentFor] : [])),
  );

type Reviewing = Required<Pick<ProfileWrite, 'profile' | 'signals'>> & Pick<ProfileWrite, 'also'>;

/** What a workspace's reviews go by. */
interface Rules {
  model: StageModel | undefined;
  segments: readonly Segment[];
  workspace: Workspace;
  terms: RiskReviewTerms;
}

/** A review that also lets silence move the stage: no touchpoint will come to do it. */
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
 * The review that comes though nothing changes. Everybody has a next one: the list of those due is also the one list of all customers,
 * by which segments are filled.
 */
const farthest = '730d';

/** Segments see what the review found; the next one comes when time alone may move the customer between them. */
function withSegments(reviewed: Reviewing, { segments, workspace, terms: { now } }: Rules): ProfileWrite {
  const { profile, signals } = updateMembership(reviewed.profile, { segments, workspace, now });
  const [next] = [profile.nextReview ?? addDuration(now, farthest), nextMembershipChange(segments, profile, now)]
    .filter((at) => at !== undefined)
    .sort();
  return { ...reviewed, profile: { ...profile, nextReview: next }, signals: [...reviewed.signals, ...signals] };
}

/**
 * What happened so long ago is told by an import, which may be in the middle of a life: its first half looks like somebody who left. The
 * next review, at most a day after the first touchpoint was folded, sees the whole.
 */
const historyMs = 3_600_000;

export interface ReviewerDependencies {
  profiles: ProfileStore;
  workspaces: WorkspaceStore;
  /** Those whose `silentFor` triggers wait to be told. */
  journeys: Pick<JourneyStore, 'live'>;
  segments: Pick<SegmentStore, 'remembered'>;
  /** Models that workspaces go by; the cold start where there are none. */
  models?: Pick<ModelStore, 'current'>;
  clock: Clock;
}

/** `not-due`: somebody else has looked, or the index was behind; nothing is written. */
export type ReviewOutcome = 'reviewed' | 'not-due';

/** The occasions on which a customer's risk is looked at. Each costs one read of the profile and, when due, one write. */
export interface CustomerReviewer {
  /**
   * After something happened at `since`, within the hour: due unless the risk was assessed at or after that and nothing but time has
   * passed. One that was folded late is due though the risk is younger; told twice, it is assessed once. The stage has just moved; it stays.
   */
  afterEvent(customer: Customer, since: Instant): Promise<ReviewOutcome>;
  /** When the time of the next review has come. Silence may move the stage. */
  whenDue(customer: Customer): Promise<ReviewOutcome>;
  /** After a training: due where another model puts the customer a point elsewhere, or the band is another, or to be looked at sooner. */
  afterTraining(customer: Customer): Promise<ReviewOutcome>;
}

/** Whether a customer stands elsewhere than the profile tells. By the same model the score alone moves with time, and is left. */
function isMoved({ churn }: Profile, { profile }: ProfileWrite): boolean {
  const { churn: now } = profile;
  if (!churn || !now) return churn !== now;
  const isOther = churn.modelVersion !== now.modelVersion && Math.abs(churn.score - now.score) >= 1;
  return isOther || churn.band !== now.band;
}

const isSooner = ({ nextReview: planned }: Profile, { profile: { nextReview: next } }: ProfileWrite): boolean =>
  next !== undefined && (planned === undefined || next < planned);

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
