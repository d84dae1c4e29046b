import { createHash } from 'node:crypto';
import { matches, type EvaluationContext } from '../../predicate/evaluate.ts';
import { type Profile } from '../../model/profile.ts';
import { msBetween, durationMs, type Instant } from '../../shared/time.ts';
import { contextId, readContext } from '../placements/context-features.ts';
import { type Decision, type OfferReason, type OfferVerdict } from './decision.ts';
import { hadNegativeExperience, hasOpenSupportCase } from './customer-experience.ts';
import { sampleByPropensity } from './sample-offer.ts';
import { withReasonText } from './decision-text.ts';
import { type Offer, type Placement } from '../placements/placement.ts';
import { type PolicySchedule, firstPolicy, type Policy, policyProgress } from '../policies/policy.ts';
import { type OfferStats, shownIn } from '../beliefs/offer-beliefs.ts';
import { control, type Linear, rankOffers } from '../policies/rank-offers.ts';
import { selectVariant } from './select-offer-variant.ts';

/** Stage id for a customer without a stage. */
export const noStage = 'none';

/** An earlier decision for the same customer and placement. */
export interface PastDecision {
  offer: string;
  at: Instant;
}

export interface DecisionInput {
  decisionId: string;
  placement: Placement;
  stats: OfferStats;
  past: PastDecision[];
  situation: EvaluationContext;
  /** Policy in force. Default: `firstPolicy`. */
  policy?: Policy | undefined;
  course?: PolicySchedule | undefined;
  /** Model of a linear policy. `digest` identifies its numbers. */
  linear?: (Linear & { digest: string }) | undefined;
}

type Choice = Pick<Decision, 'propensity' | 'reasons' | 'policyVersion' | 'stage' | 'context' | 'voice'> & {
  offer: Offer;
};

type IneligibilityReason = Exclude<OfferVerdict, 'chosen' | 'outranked' | 'fallback'>;

const contactChannels = ['email', 'sms', 'push'];

/**
 * Returns whether the customer refuses all marketing: by `marketing`, or by refusing each channel
 * with an answer. No answer is no refusal, because a decision sends nothing and `send` checks the
 * consent of its channel.
 */
function refusesMarketing({ consent }: Profile): boolean {
  const answers = contactChannels.flatMap((channel) => consent[channel] ?? []);
  return consent.marketing?.value === false || (answers.length > 0 && answers.every(({ value }) => !value));
}

function capped({ id, cap }: Offer, past: PastDecision[], now: Instant): boolean {
  if (!cap) return false;
  const recent = past.filter(({ offer, at }) => offer === id && msBetween(at, now) < durationMs(cap.within));
  return recent.length >= cap.max;
}

/** Returns the first reason that rules out an offer. */
function findObstacle(offer: Offer, { past, situation }: DecisionInput): IneligibilityReason | undefined {
  const { profile, now } = situation;
  if (offer.eligible && !matches(offer.eligible, situation)) return 'not-eligible';
  if (offer.purpose === 'marketing' && refusesMarketing(profile)) return 'consent-refused';
  if (offer.promotion && hadNegativeExperience(profile, now)) return 'bad-experience';
  if (offer.promotion && hasOpenSupportCase(profile, now)) return 'open-case';
  return capped(offer, past, now) ? 'capped' : undefined;
}

/** Returns a number in [0, 1) that is fixed for the id. */
function draw(id: string): number {
  return createHash('sha256').update(`draw ${id}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

const digests = new WeakMap<object, string>();

/** Returns a digest of an object, cached because many decisions share it. */
function digestOf(value: object): string {
  const known = digests.get(value) ?? sha256(JSON.stringify(value));
  digests.set(value, known);
  return known;
}

/**
 * Identifies policy, placement and data. Decisions with the same version, stage and context had the
 * same propensities.
 */
function versionOf({ placement, stats, policy = firstPolicy, course, linear }: DecisionInput): string {
  const known = sha256(JSON.stringify([control, policy, course, digestOf(placement), digestOf(stats), linear?.digest]));
  return `${linear ? policy.kind : 'thompson'}-${policy.version}-${known}`;
}

/** Returns the context features of the customer, under the id of the feature list. */
function contextIn({ context }: Placement, situation: EvaluationContext): Decision['context'] {
  return context && { id: contextId(context), values: readContext(context, situation) };
}

/**
 * Chooses an offer. Eligible offers compete with the propensities of `rankOffers`. The draw uses a
 * hash of the decision id, so the propensity is exact and a retry with the same data returns the
 * same offer. Without an eligible offer it is the fallback, with propensity 1.
 */
export function chooseOffer(asked: DecisionInput): Choice {
  const { placement, stats, situation, decisionId, policy = firstPolicy, linear } = asked;
  const stage = situation.profile.stage?.id ?? noStage;
  const context = contextIn(placement, situation);
  const common = { stage, policyVersion: versionOf(asked), ...(context && { context }) };
  const rivals = placement.offers.filter(({ id }) => id !== placement.fallback);
  const judged = rivals.map((offer) => ({ offer, obstacle: findObstacle(offer, asked) }));
  const barred = judged.flatMap(({ offer, obstacle: verdict }): OfferReason[] =>
    verdict ? [withReasonText({ offer: offer.id, verdict })] : [],
  );
  const open = judged.filter((one) => !one.obstacle).map(({ offer }) => offer);
  const knowledge = { stats, linear, progress: policyProgress(asked.course, shownIn(stats)) };
  const contest = { offers: open.map(({ id }) => id), stage, context: context?.values };
  const { shares, expected } = rankOffers(contest, policy, knowledge);
  const winner = sampleByPropensity(shares, draw(`${placement.id} ${decisionId}`));
  const reasons = open.map(({ id }, i): OfferReason => {
    const verdict = i === winner ? 'chosen' : 'outranked';
    return withReasonText({ offer: id, verdict, expected: expected[i] ?? 0, propensity: shares[i] ?? 0 });
  });
  const offer = open[winner];
  if (offer)
    return {
      ...selectVariant(offer, situation),
      propensity: shares[winner] ?? 1,
      reasons: [...reasons, ...barred],
      ...common,
    };
  const { offer: standIn, ...choice } = fallbackOf(placement, barred);
  return { ...selectVariant(standIn, situation), ...choice, ...common };
}

function fallbackOf(
  { offers, fallback }: Placement,
  barred: OfferReason[],
): Pick<Choice, 'offer' | 'propensity' | 'reasons'> {
  const offer = offers.find(({ id }) => id === fallback);
  if (!offer) throw new RangeError(`fallback ${fallback} is no offer`); // the schema of placements forbids it
  return { offer, propensity: 1, reasons: [withReasonText({ offer: fallback, verdict: 'fallback' }), ...barred] };
}
