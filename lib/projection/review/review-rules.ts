import { chooseRiskModel } from '../../churn/choose-risk-model.ts';
import { type RiskReviewTerms } from '../../churn/review-risk.ts';
import { type ModelStore } from '../../churn/training/model-store.ts';
import { type WorkspaceStore } from '../../ingestion/workspace/workspace-store.ts';
import { type JourneyDefinition } from '../../journey/definition/journey-definition.ts';
import { type JourneyStore } from '../../journey/publishing/journey-store.ts';
import { type Predicate } from '../../model/predicate.ts';
import { type Segment } from '../../model/segment.ts';
import { type StageModel } from '../../model/stage.ts';
import { Workspace } from '../../model/workspace.ts';
import { leavesOf } from '../../model/visit-predicate.ts';
import { type SegmentStore } from '../../segment/segment-store.ts';
import { type Clock, type Duration } from '../../shared/time.ts';
import { stageModelOf } from '../../stage/stage-templates.ts';

/** Where the rules of reviews are read. */
export interface ReviewRuleSources {
  workspaces: WorkspaceStore;
  /** Journeys whose `silentFor` triggers a review checks. */
  journeys: Pick<JourneyStore, 'live'>;
  segments: Pick<SegmentStore, 'remembered'>;
  /** Trained models of workspaces. Default: the cold-start model. */
  models?: Pick<ModelStore, 'current'>;
  clock: Clock;
}

/** The rules that a workspace's reviews apply. `terms.now` is the time of the review. */
export interface ReviewRules {
  /** Undefined for a workspace without settings, whose stages are kept. */
  model: StageModel | undefined;
  segments: readonly Segment[];
  workspace: Workspace;
  terms: RiskReviewTerms;
}

/** Returns the `silentFor` durations of a predicate, at any depth. */
const silencesIn = (predicate: Predicate): Duration[] =>
  leavesOf(predicate).flatMap((leaf) => ('silentFor' in leaf ? [leaf.silentFor] : []));

/** Returns the durations of silence that trigger journeys. */
const triggeringSilences = (journeys: readonly JourneyDefinition[]): Duration[] =>
  journeys.flatMap(({ entry }) =>
    entry.triggers.flatMap((trigger) => ('silentFor' in trigger ? [trigger.silentFor] : [])),
  );

/** Reads the rules of a workspace. */
export async function readReviewRules(sources: ReviewRuleSources, id: string): Promise<ReviewRules> {
  const { workspaces, journeys, segments, models, clock } = sources;
  const [settings, live, current, trained] = await Promise.all([
    workspaces.settings(id),
    journeys.live(id),
    segments.remembered(id),
    models?.current(id),
  ]);
  const model = settings && stageModelOf(settings);
  const silences = triggeringSilences(live.flatMap(({ versions }) => versions.map(({ definition }) => definition)));
  const looks = model ? model.stages.flatMap(({ entry }) => silencesIn(entry)) : [];
  const workspace = settings ?? Workspace.parse({ id, name: id });
  const assessor = chooseRiskModel(workspace, trained);
  return { model, segments: current, workspace, terms: { now: clock.now(), silences, looks, assessor } };
}
