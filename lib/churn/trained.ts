import { type Profile } from '../profile/profile.ts';
import { type Instant, instantAt } from '../time.ts';
import { type Assessor } from './assessor.ts';
import { habitOfDays } from './buying/key-days.ts';
import { isEligible } from './cold-start.ts';
import { type ChurnDefinition } from './definition.ts';
import { churnFeatures } from './features.ts';
import { logistic } from './learn/dataset.ts';
import { type Attributes } from './learn/encode.ts';
import { type Known } from './model/columns.ts';
import { probability } from './model/logit.ts';
import { type ChurnModel } from './model/model.ts';
import { type ChurnScore, type Scored, scoreWith } from './model/score.ts';
import { bandAt, bandChangesAt } from './model/silence.ts';
import { reasonText } from './reasons.ts';
import { type ChurnRisk, type Reason } from './risk.ts';
import { baseOf, rounded, saidBy, tenths } from './score.ts';

/** A model in force and the definition it was trained for. */
export interface TrainedModel {
  version: number;
  definition: ChurnDefinition;
  model: ChurnModel;
}

const dayMs = 86_400_000;
const daysAt = (at: Instant): number => Date.parse(at) / dayMs;
const instantOf = (days: number): Instant => instantAt(Math.round(days * dayMs));

/** Traits a definition names, as far as they are words or numbers. */
export function attributesOf({ traits }: Profile, { attributes }: ChurnDefinition): Attributes {
  return Object.fromEntries(
    attributes.flatMap((name) => {
      const value = traits[name]?.value;
      return value === undefined || (typeof value === 'object' && value !== null) ? [] : [[name, value]];
    }),
  );
}

export function knownOf(profile: Profile, definition: ChurnDefinition): Known {
  return {
    ...(profile.keyDays && { habit: habitOfDays(profile.keyDays) }),
    ...(definition.attributes.length > 0 && { attributes: attributesOf(profile, definition) }),
  };
}

/**
 * The model for one customer. What a customer has said (a complaint, a good-bye) is not among what it learns from, so it moves the base by
 * the shipped judgement, in logits; who said nothing has the calibrated probability as it is.
 */
function modelFor({ model }: TrainedModel, profile: Profile, now: Instant) {
  const said = saidBy(churnFeatures(profile, now));
  const moved = said.reduce((sum, [, weight]) => sum + weight, 0);
  const { calibration } = model;
  return { said, moved, own: { ...model, calibration: { ...calibration, shift: calibration.shift + moved } } };
}

/** The score at `now`, taken apart: what was said stands among the reasons. */
export function scoreOf(trained: TrainedModel, profile: Profile, now: Instant): Scored {
  const { said, moved, own } = modelFor(trained, profile, now);
  const scored = scoreWith(own, knownOf(profile, trained.definition), daysAt(now));
  if (!('score' in scored) || said.length === 0) return scored;
  const told = said.map(([feature, contribution]) => ({
    ...{ feature, contribution, value: null, mean: null },
    text: reasonText({ feature }),
  }));
  const reasons = [...scored.score.reasons, ...told].sort(
    (a, b) => Math.abs(b.contribution) - Math.abs(a.contribution),
  );
  return { ...scored, score: { ...scored.score, base: scored.score.base - moved, reasons } };
}

const fourDigits = (value: number): number => Number(value.toPrecision(4));

/** At most three that sum to the same: what is more becomes `other`. Points are what each adds to the score before it. */
function told({ base: given, reasons }: ChurnScore): { base: number; reasons: Reason[]; logit: number } {
  const kept = reasons.length <= 3 ? reasons : reasons.slice(0, 2);
  const rest = reasons.slice(kept.length).reduce((sum, { contribution }) => sum + contribution, 0);
  const other = { feature: 'other', contribution: rest, value: null };
  const parts = [...kept, ...(kept.length < reasons.length ? [other] : [])];
  const contributions = parts.map(({ contribution }) => contribution);
  const base = baseOf(
    contributions.reduce((sum, one) => sum + one, given),
    contributions,
  );
  let reached = base;
  const few = parts.map(({ feature, contribution, value }): Reason => {
    const before = tenths(reached);
    const added = rounded(contribution);
    reached += added;
    const points = (tenths(reached) - before) / 10;
    return { feature, points, contribution: added, ...(value !== null && { value: fourDigits(value) }) };
  });
  return { base, reasons: few, logit: reached };
}

const lacks = { 'key-event': 'purchase', repeat: 'repeat-purchase', attributes: 'attributes' } as const;

function riskOf(
  { version, model }: TrainedModel,
  scored: Extract<Scored, { score: ChurnScore }>,
  now: Instant,
): ChurnRisk {
  const { score, insufficientData = [] } = scored;
  const { base, reasons, logit } = told(score);
  const lacking = insufficientData.flatMap((lack) => (lack === 'closed-window' ? [] : [lacks[lack]]));
  const { validUntil, expectedNext, valueAtRisk, state } = score;
  return {
    score: tenths(logit) / 10,
    band: score.band,
    reasons,
    assessedAt: now,
    horizonDays: score.horizonDays,
    ...(lacking.length > 0 && { insufficientData: lacking }),
    ...{
      probability: logistic(logit),
      percentile: score.percentile,
      base,
      modelVersion: version,
      modelKind: model.kind,
    },
    ...(state && { state }),
    ...(validUntil !== undefined && { validUntil: instantOf(validUntil) }),
    ...(expectedNext !== undefined && { expectedNext: instantOf(expectedNext) }),
    ...(valueAtRisk !== undefined && { valueAtRisk: Math.round(100 * valueAtRisk) / 100 }),
  };
}

/** Goes by a trained model; of customers it knows nothing of, by `otherwise`. */
export function trainedAssessor(trained: TrainedModel, otherwise: Assessor): Assessor {
  const { definition, model } = trained;
  const isKnown = (profile: Profile): boolean => profile.keyDays !== undefined || !model.layout.habit;

  return {
    keyEvents: otherwise.keyEvents,

    assess(profile, now) {
      if (!isEligible(definition, profile, now)) return undefined;
      const scored = isKnown(profile) ? scoreOf(trained, profile, now) : undefined;
      return scored && 'score' in scored ? riskOf(trained, scored, now) : otherwise.assess(profile, now);
    },

    bandAt(profile, at) {
      if (!isKnown(profile) || !isEligible(definition, profile, at)) return otherwise.bandAt(profile, at);
      const { own } = modelFor(trained, profile, at);
      const p = probability(own, knownOf(profile, definition), daysAt(at));
      return p === undefined ? otherwise.bandAt(profile, at) : bandAt(own, p);
    },

    bandChange(profile, now) {
      if (!isKnown(profile) || !isEligible(definition, profile, now)) return otherwise.bandChange(profile, now);
      const { own } = modelFor(trained, profile, now);
      const day = bandChangesAt(own, knownOf(profile, definition), daysAt(now));
      return day === undefined ? undefined : instantOf(day);
    },
  };
}
