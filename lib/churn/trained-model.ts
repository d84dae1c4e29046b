import { type Profile } from '../model/profile.ts';
import { type Instant, instantAt, dayMs } from '../shared/time.ts';
import { type RiskModel } from './risk-model.ts';
import { purchaseHistoryOfDays } from './purchase-model/key-day-history.ts';
import { isEligible } from './default-model.ts';
import { type ChurnDefinition } from '../model/churn-definition.ts';
import { computeChurnFeatures } from './churn-features.ts';
import { logistic } from '../statistics/learning/training-rows.ts';
import { type Attributes } from '../statistics/learning/category-encoding.ts';
import { type CustomerFeatures } from './fitted-model/feature-columns.ts';
import { probability } from './fitted-model/explain-logit.ts';
import { type ChurnModel } from './fitted-model/churn-model.ts';
import { type ChurnScore, type CustomerScore, scoreWith } from './fitted-model/model-score.ts';
import { bandAt, bandChangesAt } from './fitted-model/band-changes.ts';
import { reasonText } from './reason-text.ts';
import { type ChurnRisk, type RiskReason } from '../model/churn-risk.ts';
import { baseOf, rounded, touchpointBehind, tenths } from './heuristic-score.ts';

/** A model in force and the definition it was trained for. */
export interface TrainedModel {
  version: number;
  definition: ChurnDefinition;
  model: ChurnModel;
}

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

export function featuresOf(profile: Profile, definition: ChurnDefinition): CustomerFeatures {
  return {
    ...(profile.keyDays && { habit: purchaseHistoryOfDays(profile.keyDays) }),
    ...(definition.attributes.length > 0 && { attributes: attributesOf(profile, definition) }),
  };
}

/**
 * Returns the model for one customer. Statements (a complaint, a cancellation) are not among the
 * training data, so they shift the base by the cold start's weights, in logits.
 */
function modelFor({ model }: TrainedModel, profile: Profile, now: Instant) {
  const said = touchpointBehind(computeChurnFeatures(profile, now));
  const moved = said.reduce((sum, [, weight]) => sum + weight, 0);
  const { calibration } = model;
  return { said, moved, own: { ...model, calibration: { ...calibration, shift: calibration.shift + moved } } };
}

/** The score at `now`, taken apart: what was said stands among the reasons. */
export function scoreOf(trained: TrainedModel, profile: Profile, now: Instant): CustomerScore {
  const { said, moved, own } = modelFor(trained, profile, now);
  const scored = scoreWith(own, featuresOf(profile, trained.definition), daysAt(now));
  if (!('score' in scored) || said.length === 0) return scored;
  const statements = said.map(([feature, contribution]) => ({
    ...{ feature, contribution, value: null, mean: null },
    text: reasonText({ feature }),
  }));
  const reasons = [...scored.score.reasons, ...statements].sort(
    (a, b) => Math.abs(b.contribution) - Math.abs(a.contribution),
  );
  return { ...scored, score: { ...scored.score, base: scored.score.base - moved, reasons } };
}

const fourDigits = (value: number): number => Number(value.toPrecision(4));

/**
 * Returns at most three reasons with the same sum; the rest is `other`. Points are the effect on
 * the score before a reason.
 */
function shortenReasons({ base: given, reasons }: ChurnScore): { base: number; reasons: RiskReason[]; logit: number } {
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
  const few = parts.map(({ feature, contribution, value }): RiskReason => {
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
  scored: Extract<CustomerScore, { score: ChurnScore }>,
  now: Instant,
): ChurnRisk {
  const { score, insufficientData = [] } = scored;
  const { base, reasons, logit } = shortenReasons(score);
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
export function createTrainedRiskModel(trained: TrainedModel, otherwise: RiskModel): RiskModel {
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
      const p = probability(own, featuresOf(profile, definition), daysAt(at));
      return p === undefined ? otherwise.bandAt(profile, at) : bandAt(own, p);
    },

    bandChange(profile, now) {
      if (!isKnown(profile) || !isEligible(definition, profile, now)) return otherwise.bandChange(profile, now);
      const { own } = modelFor(trained, profile, now);
      const day = bandChangesAt(own, featuresOf(profile, definition), daysAt(now));
      return day === undefined ? undefined : instantOf(day);
    },
  };
}
