import { type Touchpoint } from '../model/touchpoint.ts';
import { matches, type EvaluationContext } from '../predicate/evaluate.ts';
import { compact } from '../shared/records.ts';
import { maxInstant, type Instant } from '../shared/time.ts';
import { type Predicate } from '../model/predicate.ts';
import { type Profile } from '../model/profile.ts';
import { type Stage, type StageModel, type StageTransition } from '../model/stage.ts';
import { everyLeaf } from '../model/visit-predicate.ts';

type CurrentTouchpoint = Pick<Touchpoint, 'messageId' | 'at' | 'name' | 'channel' | 'properties'>;

const lastMatchingStage = ({ stages }: StageModel, situation: EvaluationContext): Stage | undefined =>
  stages.findLast(({ entry }) => matches(entry, situation));

/**
 * Returns whether a rule depends on the stage only. No touchpoint matches such a rule; it holds in
 * between.
 */
const dependsOnStageOnly = (rule: Predicate): boolean => everyLeaf(rule, (leaf) => 'stage' in leaf);

/**
 * Returns the stage whose rule the touchpoint matches. One as old as the last match does not move
 * the customer back. A `did … within` rule keeps the customer through touchpoints of earlier
 * stages; an `event` rule loses the customer to the next match.
 */
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

/** Returns the time of the latest match of a stage rule, given that `found` matches now. */
function lastMatchOf(
  found: Stage,
  { stage, lastSeen }: Profile,
  touchpoint: CurrentTouchpoint | undefined,
): Instant | undefined {
  const before = stage?.met;
  if (dependsOnStageOnly(found.entry)) return before;
  const seen = touchpoint?.at ?? lastSeen;
  return maxInstant(before ?? seen, seen);
}

/**
 * Returns the last stage whose entry rule holds, after a touchpoint (folded already, `at`
 * corrected) or a review. Else the customer stays. `event` leaves hold for the touchpoint only,
 * others while true. Of a late touchpoint only the folded facts count. So with `event` rules and a
 * default stage, order affects only `since`.
 */
export function decideNextStage(
  model: StageModel,
  situation: { profile: Profile; touchpoint?: CurrentTouchpoint | undefined; now: Instant },
): { profile: Profile; transition?: StageTransition } {
  const { profile, touchpoint, now } = situation;
  const { stage } = profile;
  const found = selectStage(model, situation);
  if (!found) return { profile };
  const met = compact({ met: lastMatchOf(found, profile, touchpoint) });
  if (found.id === stage?.id) return { profile: touchpoint ? { ...profile, stage: { ...stage, ...met } } : profile };
  const entered = { id: found.id, since: now, rule: found.id, ...met };
  return {
    profile: { ...profile, stage: { ...entered, ...compact({ touchpoint: touchpoint?.messageId }) } },
    transition: {
      ...(stage && { from: stage.id }),
      to: found.id,
      at: now,
      rule: found.id,
      ...(touchpoint && { touchpoint: { messageId: touchpoint.messageId, name: touchpoint.name } }),
    },
  };
}
