import { createHash } from 'node:crypto';
import { meets, type Situation } from '../profile/meets.ts';
import { type Profile } from '../profile/profile.ts';
import { between, durationMs, type Instant } from '../time.ts';
import { probabilitiesBest } from './best.ts';
import { type Decision, type OfferReason, type OfferVerdict } from './decision.ts';
import { badExperience, openCase } from './experience.ts';
import { picked } from './pick.ts';
import { worded } from './words.ts';
import { type Offer, type Placement } from './placement.ts';
import { beliefsAt, type OfferStats } from './posterior.ts';
import { endless, propensities } from './sharpen.ts';

/** Stage of a customer who has entered none. */
export const noStage = 'none';

/** One decision in twenty is drawn evenly among the offers that may be shown: a lasting control, and a floor under every propensity. */
const control = 0.05;

/** Placements run without end. */
const sharpening = endless.to;

const policy = { kind: 'thompson', version: 2, control, sharpening } as const;

/** An earlier decision for the same customer and placement. */
export interface Past {
  offer: string;
  at: Instant;
}

export interface Asked {
  decisionId: string;
  placement: Placement;
  stats: OfferStats;
  past: Past[];
  situation: Situation;
}

type Choice = Pick<Decision, 'propensity' | 'reasons' | 'policyVersion' | 'stage'> & { offer: Offer };

type Obstacle = Exclude<OfferVerdict, 'chosen' | 'outranked' | 'fallback'>;

const contactChannels = ['email', 'sms', 'push'];

/**
 * Whether the customer wants no marketing at all: said so outright (`marketing`), or refused every channel there is an answer for. No
 * answer is no refusal: a decision contacts nobody, and `send` asks for the consent of its own channel before it does.
 */
function refusesMarketing({ consent }: Profile): boolean {
  const answers = contactChannels.flatMap((channel) => consent[channel] ?? []);
  return consent.marketing?.value === false || (answers.length > 0 && answers.every(({ value }) => !value));
}

function capped({ id, cap }: Offer, past: Past[], now: Instant): boolean {
  if (!cap) return false;
  const recent = past.filter(({ offer, at }) => offer === id && between(at, now) < durationMs(cap.within));
  return recent.length >= cap.max;
}

/** The first thing that forbids an offer. */
function obstacle(offer: Offer, { past, situation }: Asked): Obstacle | undefined {
  const { profile, now } = situation;
  if (offer.eligible && !meets(offer.eligible, situation)) return 'not-eligible';
  if (offer.purpose === 'marketing' && refusesMarketing(profile)) return 'consent-refused';
  if (offer.promotion && badExperience(profile, now)) return 'bad-experience';
  if (offer.promotion && openCase(profile, now)) return 'open-case';
  return capped(offer, past, now) ? 'capped' : undefined;
}

/** A number in [0, 1) that an id always gives. */
function draw(id: string): number {
  return createHash('sha256').update(`draw ${id}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** Says which policy, on which placement, knowing what: decisions of one version and stage had the same chances. */
function versionOf(placement: Placement, stats: OfferStats): string {
  const hash = createHash('sha256').update(JSON.stringify([policy, placement, stats]));
  return `${policy.kind}-${policy.version}-${hash.digest('hex').slice(0, 12)}`;
}

/**
 * The offer for one customer. Those that may be shown compete: each is chosen with the probability that its success rate in the
 * customer's stage is the highest (Thompson 1933), sharpened and mixed with the even draw of `control` (`propensities`). That mixture is computed first and drawn
 * from with a number made of the decision id: so the propensity is the truth, not an estimate, and asking again with the same id and
 * knowledge answers the same. When nothing else may be shown the fallback is chosen, with certainty.
 */
export function choose(asked: Asked): Choice {
  const { placement, stats, situation, decisionId } = asked;
  const stage = situation.profile.stage?.id ?? noStage;
  const common = { stage, policyVersion: versionOf(placement, stats) };
  const rivals = placement.offers.filter(({ id }) => id !== placement.fallback);
  const judged = rivals.map((offer) => ({ offer, obstacle: obstacle(offer, asked) }));
  const barred = judged.flatMap(({ offer, obstacle: verdict }): OfferReason[] =>
    verdict ? [worded({ offer: offer.id, verdict })] : [],
  );
  const open = judged.filter((one) => !one.obstacle).map(({ offer }) => offer);
  const beliefs = beliefsAt(stats, { offers: open.map(({ id }) => id), stage });
  const shares = propensities(probabilitiesBest(beliefs), { sharpening, control });
  const winner = picked(shares, draw(`${placement.id} ${decisionId}`));
  const reasons = open.map(({ id }, i): OfferReason => {
    const { a, b } = beliefs[i] ?? { a: 1, b: 1 };
    const verdict = i === winner ? 'chosen' : 'outranked';
    return worded({ offer: id, verdict, expected: a / (a + b), propensity: shares[i] ?? 0 });
  });
  const offer = open[winner];
  if (offer) return { offer, propensity: shares[winner] ?? 1, reasons: [...reasons, ...barred], ...common };
  return { ...fallbackOf(placement, barred), ...common };
}

function fallbackOf(
  { offers, fallback }: Placement,
  barred: OfferReason[],
): Pick<Choice, 'offer' | 'propensity' | 'reasons'> {
  const offer = offers.find(({ id }) => id === fallback);
  if (!offer) throw new RangeError(`fallback ${fallback} is no offer`); // the schema of placements forbids it
  return { offer, propensity: 1, reasons: [worded({ offer: fallback, verdict: 'fallback' }), ...barred] };
}
