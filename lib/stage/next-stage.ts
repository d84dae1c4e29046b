import { type Touchpoint } from '../model/touchpoint.ts';
import { matches, type EvaluationContext } from '../predicate/evaluate.ts';
import { maxInstant, type Instant } from '../shared/time.ts';
import { type Predicate } from '../model/predicate.ts';
import { type Profile } from '../model/profile.ts';
import { type Stage, type StageModel, type StageTransition } from '../model/stage.ts';

type CurrentTouchpoint = Pick<Touchpoint, 'messageId' | 'at' | 'name' | 'channel' | 'properties'>;

const lastMatchingStage = ({ stages }: StageModel, situation: EvaluationContext): Stage | undefined =>
  stages.findLast(({ entry }) => matches(entry, situation));

/** A rule that asks only where the customer stands: no touchpoint meets it, it is true in between. */
function dependsOnStageOnly(rule: Predicate): boolean {
  if ('all' in rule) return rule.all.every(dependsOnStageOnly);
  if ('any' in rule) return rule.any.every(dependsOnStageOnly);
  return 'not' in rule ? dependsOnStageOnly(rule.not) : 'stage' in rule;
}

/** The stage whose rule a touchpoint meets; one as old as the latest that met a rule does not take its customer back. */
function selectStage(
  model: StageModel,
  situation: EvaluationContext & { touchpoint?: CurrentTouchpoint | undefined },
): Stage | undefined {
  const { profile, touchpoint, now } = situation;
  const { stage } = profile;
  const quiet = { profile, now };
  const met = stage?.met;
  if (!touchpoint || !stage || met === undefined || touchpoint.at > met) return lastMatchingStage(model, situation);
  if (touchpoint.at < met) return lastMatchingStage(model, quiet);
  const found = lastMatchingStage(model, situation);
  const goesBack = found && model.stages.indexOf(found) < model.stages.findIndex(({ id }) => id === stage.id);
  return goesBack ? lastMatchingStage(model, quiet) : found;
}

/**
 * The stage after a touchpoint (already folded into `profile`; its `at` is the corrected time), or after a review of a silent
 * customer when there is none: the last stage of the model whose entry rule holds. Where none holds the customer stays.
 *
 * `event` leaves hold at the touchpoint at hand only, all others as long as they are true: a rule of `did … within` keeps its
 * customers through every touchpoint that meets earlier stages, a rule of `event` gives them up to the next rule that is met. A
 * touchpoint older than the latest one that met a rule (it came late) is no longer at hand: of it only what it did to the profile
 * counts. So with `event` rules, and rules for whoever stands nowhere else, the stage does not depend on the order of arrival; its
 * `since` does, as history is not kept here.
 */
export function decideNextStage(
  model: StageModel,
  situation: { profile: Profile; touchpoint?: CurrentTouchpoint | undefined; now: Instant },
): { profile: Profile; transition?: StageTransition } {
  const { profile, touchpoint, now } = situation;
  const { stage } = profile;
  const found = selectStage(model, situation);
  if (!found) return { profile };
  const seen = touchpoint?.at ?? profile.lastSeen;
  const before = stage?.met;
  const met = dependsOnStageOnly(found.entry) ? before : maxInstant(before ?? seen, seen);
  const metAt = met !== undefined && { met };
  if (found.id === stage?.id) return { profile: touchpoint ? { ...profile, stage: { ...stage, ...metAt } } : profile };
  const moved = { id: found.id, since: now, rule: found.id, ...metAt };
  return {
    profile: { ...profile, stage: { ...moved, ...(touchpoint && { touchpoint: touchpoint.messageId }) } },
    transition: {
      ...(stage && { from: stage.id }),
      to: found.id,
      at: now,
      rule: found.id,
      ...(touchpoint && { touchpoint: { messageId: touchpoint.messageId, name: touchpoint.name } }),
    },
  };
}
