import { type RiskModel } from '../churn/risk-model.ts';
import { type JourneyDefinition } from '../journey/definition/journey-definition.ts';
import { type ProfileChange } from '../model/profile-change.ts';
import { type Profile } from '../model/profile.ts';
import { type Segment } from '../model/segment.ts';
import { type StageModel, type StageTransition } from '../model/stage.ts';
import { type Touchpoint } from '../model/touchpoint.ts';
import { type Workspace } from '../model/workspace.ts';
import { type Instant } from '../shared/time.ts';

/** The rules of a workspace at one time. */
export interface ProjectionRules {
  workspace: Workspace;
  model: StageModel;
  /** Journeys the customer may enter, each in the version the customer would enter. */
  journeys: readonly JourneyDefinition[];
  segments?: readonly Segment[];
  /** The model that assesses churn risk. Default: the cold-start model. */
  assessor?: RiskModel;
}

/**
 * A customer while touchpoints are folded: the profile so far, and its changes and stage
 * transitions.
 */
export interface ProjectionState {
  profile: Profile;
  signals: ProfileChange[];
  transitions: StageTransition[];
}

/** A touchpoint and its time, corrected for the source's clock. */
export interface CorrectedTouchpoint {
  touchpoint: Touchpoint;
  at: Instant;
  /**
   * Stored long after its time, as in an import. It is folded, but causes no reaction that skips
   * backfills.
   */
  isBackfill?: boolean;
}

/** The state while one touchpoint is applied, with what that touchpoint has led to. */
export interface ReactionState extends ProjectionState {
  enteredStage?: string;
  /** Ids of segments. */
  joinedSegments: readonly string[];
}

/** Something that a touchpoint may cause. */
export interface Reaction {
  /** A backfill does not cause it. */
  skipsBackfill?: true;
  /** Pure. Returns the state unchanged if the touchpoint does not concern it. */
  react: (state: ReactionState, event: CorrectedTouchpoint, rules: ProjectionRules) => ReactionState;
}
