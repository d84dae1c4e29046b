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
import { selectVariant } from './select-variant.ts';

/** Stage of a customer who has entered none. */
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
  /** In force; without one the first. */
  policy?: Policy | undefined;
  course?: PolicySchedule | undefined;
  /** What a linear policy goes by; `digest` names its numbers. */
  linear?: (Linear & { digest: string }) | undefined;
}

type Choice = Pick<Decision, 'propensity' | 'reasons' | 'policyVersion' | 'stage' | 'context' | 'voice'> & {
  offer: Offer;
};

type IneligibilityReason = Exclude<OfferVerdict, 'chosen' | 'outranked' | 'fallback'>;

const contactChannels = ['email', 'sms', 'push'];

/**
 * Whether the customer wants no marketing at all: said so outright (`marketing`), or refused every channel there is an answer for. No
 * answer is no refusal: a decision contacts nobody, and `send` asks for the consent of its own channel before it does.
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

/** The first thing that forbids an offer. */
function findObstacle(offer: Offer, { past, situation }: DecisionInput): IneligibilityReason | undefined {
  const { profile, now } = situation;
  if (offer.eligible && !matches(offer.eligible, situation)) return 'not-eligible';
  if (offer.purpose === 'marketing' && refusesMarketing(profile)) return 'consent-refused';
  if (offer.promotion && hadNegativeExperience(profile, now)) return 'bad-experience';
  if (offer.promotion && hasOpenSupportCase(profile, now)) return 'open-case';
  return capped(offer, past, now) ? 'capped' : undefined;
}

/** A number in [0, 1) that an id always gives. */
function draw(id: string): number {
  return createHash('sha256').update(`draw ${id}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

const digests = new WeakMap<object, string>();

/** Names what many decisions rest on, worked out once for them. */
function digestOf(value: object): string {
  const known = digests.get(value) ?? sha256(JSON.stringify(value));
  digests.set(value, known);
  return known;
}

/** Says which policy, on which placement, knowing what: decisions of one version, stage and context had the same chances. */
function versionOf({ placement, stats, policy = firstPolicy, course, linear }: DecisionInput): string {
  const known = sha256(JSON.stringify([control, policy, course, digestOf(placement), digestOf(stats), linear?.digest]));
  return `${linear ? policy.kind : 'thompson'}-${policy.version}-${known}`;
}

/** What of the customer a placement learns by, under the name of its list of features. */
function contextIn({ context }: Placement, situation: EvaluationContext): Decision['context'] {
  return context && { id: contextId(context), values: readContext(context, situation) };
}

/**
 * The offer for one customer. Those that may be shown compete: each is chosen with the probability that its success rate for the
 * customer is the highest, sharpened and mixed with an even draw (`rankOffers`). That mixture is computed first and drawn
 * from with a number made of the decision id: so the propensity is the truth, not an estimate, and asking again with the same id and
 * knowledge answers the same. When nothing else may be shown the fallback is chosen, with certainty.
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
