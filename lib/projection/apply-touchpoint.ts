import { type RiskModel } from '../churn/risk-model.ts';
import { type Touchpoint } from '../model/touchpoint.ts';
import { type Workspace } from '../model/workspace.ts';
import { type JourneyDefinition } from '../journey/definition/journey-definition.ts';
import { type Trigger } from '../journey/definition/trigger.ts';
import { valueAtPath as valueAt } from '../shared/json.ts';
import { type StageModel, type StageTransition } from '../model/stage.ts';
import { decideNextStage } from '../stage/next-stage.ts';
import { type Instant, addMs, minuteMs } from '../shared/time.ts';
import { foldFacts } from '../profile/facts/fold-facts.ts';
import { isWithinWindow } from '../profile/facts/open-goals.ts';
import { matches, type EvaluationContext, matchedPredicateIndex } from '../predicate/evaluate.ts';
import { type Profile } from '../model/profile.ts';
import { updateMembership } from '../segment/membership.ts';
import { type Segment } from '../model/segment.ts';
import { type ProfileChange } from '../model/profile-change.ts';
import { causeOf } from '../profile/cause.ts';
import { omitBy } from '../shared/records.ts';

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
interface CorrectedTouchpoint {
  touchpoint: Touchpoint;
  at: Instant;
  /**
   * A backfill, stored long after its time as in an import. It is folded but triggers no journey.
   */
  isHistory?: boolean;
}

/** Input of predicates after the fold. `now` is the latest time the customer was seen. */
const evaluationContext = (profile: Profile, touchpoint: Touchpoint): EvaluationContext => ({
  profile,
  touchpoint,
  now: profile.lastSeen,
});

function applyStageTransition(
  { profile, signals, transitions }: ProjectionState,
  happening: CorrectedTouchpoint,
  rules: ProjectionRules,
): ProjectionState {
  const touchpoint = { ...happening.touchpoint, at: happening.at };
  const moved = decideNextStage(rules.model, { profile, touchpoint, now: profile.lastSeen });
  if (!moved.transition) return { profile: moved.profile, signals, transitions };
  return {
    profile: moved.profile,
    signals: [...signals, { type: 'stage', transition: moved.transition }],
    transitions: [...transitions, moved.transition],
  };
}

/** Updates segment membership after the touchpoint. `joined` are the segments entered by it. */
function applySegmentMembership(
  { profile, signals, ...rest }: ProjectionState,
  { touchpoint: { messageId, name } }: CorrectedTouchpoint,
  { segments = [], workspace }: ProjectionRules,
): ProjectionState & { joined: string[] } {
  const at = { now: profile.lastSeen, touchpoint: { messageId, name } };
  const found = updateMembership(profile, { segments, workspace, ...at });
  return { ...rest, profile: found.profile, signals: [...signals, ...found.signals], joined: found.joined };
}

/**
 * A touchpoint up to this much older than an enrolment still counts for it, ms. It may have been on
 * its way when the customer was admitted. An older one ends no enrolment and no wait.
 */
const lateToleranceMs = 5 * minuteMs;

const isWithinEnrolment = ({ since }: { since: Instant }, at: Instant): boolean => at >= addMs(since, -lateToleranceMs);

/**
 * Ends enrolments whose exit criteria the touchpoint matches, with their waits. The step guard
 * sends nothing for them after this write.
 */
function exitJourneys(
  { profile, signals, ...rest }: ProjectionState,
  { touchpoint, at }: CorrectedTouchpoint,
): ProjectionState {
  const situation = evaluationContext(profile, touchpoint);
  const left = Object.entries(profile.journeys).filter(
    ([, enrolment]) =>
      enrolment.exit !== undefined && isWithinEnrolment(enrolment, at) && matches(enrolment.exit, situation),
  );
  if (left.length === 0) return { profile, signals, ...rest };
  const ids = new Set(left.map(([id]) => id));
  const exited = left.map(([enrolmentId]): ProfileChange => {
    return { type: 'exited', enrolmentId, cause: causeOf(touchpoint, at) };
  });
  const journeys = omitBy(profile.journeys, (_, id) => ids.has(id));
  const waits = omitBy(profile.waits, ({ enrolmentId }) => ids.has(enrolmentId));
  return { ...rest, profile: { ...profile, journeys, waits }, signals: [...signals, ...exited] };
}

/**
 * Completes waits that the touchpoint matches. A touchpoint from before the step counts too if it
 * is within the enrolment, because it was only delivered late.
 */
function completeWaits(
  { profile, signals, ...rest }: ProjectionState,
  { touchpoint, at }: CorrectedTouchpoint,
): ProjectionState {
  const situation = evaluationContext(profile, touchpoint);
  const ended = Object.entries(profile.waits).flatMap(([waitId, wait]) => {
    if (!isWithinEnrolment(profile.journeys[wait.enrolmentId] ?? wait, at) || at >= wait.until) return [];
    const way = matchedPredicateIndex(wait, situation);
    return way === undefined ? [] : [{ waitId, way }];
  });
  if (ended.length === 0) return { profile, signals, ...rest };
  const ids = new Set(ended.map(({ waitId }) => waitId));
  const woken = ended.map(({ waitId, way }): ProfileChange => {
    return { type: 'woken', waitId, cause: causeOf(touchpoint, at), ...(way > 0 && { way }) };
  });
  const waits = omitBy(profile.waits, (_, id) => ids.has(id));
  return { ...rest, profile: { ...profile, waits }, signals: [...signals, ...woken] };
}

/** Names of touchpoints that prove a decision was seen; `properties.decisionId` names it. */
const exposures = new Set(['Offer Viewed', 'Offer Shown', 'Promotion Viewed', 'Experiment Viewed']);

/**
 * Settles open decisions that the touchpoint shows as seen or successful. A success counts for a
 * decision seen before, or one that the touchpoint names: a click on an offer proves that it was
 * seen.
 */
function settleDecisions(
  { profile, signals, ...rest }: ProjectionState,
  { touchpoint, at }: CorrectedTouchpoint,
): ProjectionState {
  const named = valueAt(touchpoint.properties, 'decisionId');
  const situation = evaluationContext(profile, touchpoint);
  const decisions = { ...profile.decisions };
  const told: ProfileChange[] = [];
  for (const [decisionId, decision] of Object.entries(profile.decisions)) {
    const isNamed = decisionId === named;
    const inTime = at >= decision.at && at < decision.until;
    const succeeds = inTime && (decision.exposed || isNamed) && matches(decision.on, situation);
    const isSeen = !decision.exposed && isNamed && (succeeds || exposures.has(touchpoint.name));
    if (isSeen) told.push({ type: 'exposed', decisionId, at });
    if (succeeds) told.push({ type: 'outcome', decisionId, cause: causeOf(touchpoint, at) });
    if (isSeen) decisions[decisionId] = { ...decision, exposed: true };
    if (succeeds) Reflect.deleteProperty(decisions, decisionId);
  }
  if (told.length === 0) return { profile, signals, ...rest };
  return { ...rest, profile: { ...profile, decisions }, signals: [...signals, ...told] };
}

/**
 * Records that an in-app message was seen, named by `properties.messageId`. Message ids are 128
 * bits, in hex.
 */
function recordMessageSeen(
  { signals, ...rest }: ProjectionState,
  { touchpoint, at }: CorrectedTouchpoint,
): ProjectionState {
  const messageId = touchpoint.name === 'Message Seen' ? valueAt(touchpoint.properties, 'messageId') : undefined;
  if (typeof messageId !== 'string' || !/^[0-9a-f]{32}$/.test(messageId)) return { signals, ...rest };
  return { ...rest, signals: [...signals, { type: 'seen', messageId, at }] };
}

/**
 * Converts goals that the touchpoint reaches, during the enrolment or after it. Each goal is
 * reported once, because it is removed from the profile.
 */
function convertGoals(
  { profile, signals, ...rest }: ProjectionState,
  { touchpoint, at }: CorrectedTouchpoint,
): ProjectionState {
  const situation = evaluationContext(profile, touchpoint);
  const reached = Object.entries(profile.goals).filter(
    ([, goal]) => isWithinWindow(goal, at) && matches(goal.on, situation),
  );
  if (reached.length === 0) return { profile, signals, ...rest };
  const told = reached.map(([, { on: _, since: __, until: ___, ...goal }]): ProfileChange => {
    return { type: 'goal', ...goal, cause: causeOf(touchpoint, at) };
  });
  const ids = new Set(reached.map(([id]) => id));
  return {
    ...rest,
    profile: { ...profile, goals: omitBy(profile.goals, (_, id) => ids.has(id)) },
    signals: [...signals, ...told],
  };
}

/**
 * Adds `triggered` for each journey that the touchpoint, or the stage or segment it led to,
 * triggers: once per journey. An enrolled customer does not trigger the journey again, unless
 * entries have a key.
 */
function triggerJourneys(
  projection: ProjectionState,
  { touchpoint, at }: CorrectedTouchpoint,
  { journeys, stage, segments }: Pick<ProjectionRules, 'journeys'> & { stage: string | undefined; segments: string[] },
): ProjectionState {
  const { profile } = projection;
  const situation = evaluationContext(profile, touchpoint);
  const inside = new Set(Object.values(profile.journeys).map(({ journeyId }) => journeyId));
  const opens = (trigger: Trigger): boolean => {
    if ('touchpoint' in trigger) return matches(trigger.touchpoint, situation);
    if ('segmentJoined' in trigger) return trigger.segmentJoined.some((id) => segments.includes(id));
    return 'stageEntered' in trigger && stage !== undefined && trigger.stageEntered.includes(stage);
  };
  const triggered = journeys.filter(
    ({ id, entry }) => (entry.key !== undefined || !inside.has(id)) && entry.triggers.some(opens),
  );
  if (triggered.length === 0) return projection;
  const signals = triggered.map(({ id }): ProfileChange => {
    return { type: 'triggered', journeyId: id, cause: causeOf(touchpoint, at) };
  });
  return { ...projection, signals: [...projection.signals, ...signals] };
}

/** Drops silence that has ended, and waits, decisions and goals past their time. */
export function dropExpired(profile: Profile, now: Instant): Profile {
  const { silence, ...rest } = profile;
  const over = ({ until }: { until: Instant }): boolean => until <= now;
  const hasOver = [rest.waits, rest.decisions, rest.goals].some((open) => Object.values(open).some(over));
  return {
    ...rest,
    ...(silence && silence.since >= rest.lastSeen && { silence }),
    ...(hasOver && {
      waits: omitBy(rest.waits, (entry) => over(entry)),
      decisions: omitBy(rest.decisions, (entry) => over(entry)),
      goals: omitBy(rest.goals, (entry) => over(entry)),
    }),
  };
}

/**
 * Applies one touchpoint: facts, stage and segments first. Exits, waits, decisions, goals and
 * triggers then see the result. Pure, so a conflict is retried with another profile.
 */
export function applyTouchpoint(
  projection: ProjectionState,
  happening: CorrectedTouchpoint,
  rules: ProjectionRules,
): ProjectionState {
  const profile = foldFacts(projection.profile, happening.touchpoint, { at: happening.at, workspace: rules.workspace });
  const staged = applyStageTransition({ ...projection, profile }, happening, rules);
  const { joined: segments, ...placed } = applySegmentMembership(staged, happening, rules);
  const settled = settleDecisions(completeWaits(exitJourneys(placed, happening), happening), happening);
  const counted = recordMessageSeen(convertGoals(settled, happening), happening);
  if (happening.isHistory) return counted;
  const stage = staged.transitions[projection.transitions.length]?.to;
  return triggerJourneys(counted, happening, { ...rules, stage, segments });
}
