import * as z from 'zod';
import { CustomerId } from '../../model/customer.ts';
import { JsonObject } from '../../shared/json.ts';
import { Instant } from '../../shared/time.ts';
import { VariantTraits } from '../placements/offer-variant.ts';

export const OfferVerdict = z.enum([
  'chosen',
  'outranked',
  'fallback',
  'not-eligible',
  'consent-refused',
  'bad-experience',
  'open-case',
  'capped',
]);
export type OfferVerdict = z.infer<typeof OfferVerdict>;

/**
 * Verdict on one offer of the placement. Offers that competed have their expected success rate and
 * propensity.
 */
export const OfferReason = z.object({
  offer: z.string(),
  verdict: OfferVerdict,
  expected: z.number().optional(),
  propensity: z.number().optional(),
  text: z.object({ en: z.string(), ko: z.string() }),
});
export type OfferReason = z.infer<typeof OfferReason>;

/**
 * An offer chosen for a customer. `propensity` is the exact probability with which the policy chose
 * it, not a later estimate, so that another policy can be evaluated on these decisions.
 */
export const Decision = z.object({
  decisionId: z.string(),
  placement: z.string(),
  offer: z.object({ id: z.string(), content: JsonObject }),
  stage: z.string(),
  at: Instant,
  propensity: z.number().gt(0).max(1),
  reasons: z.array(OfferReason),
  policyVersion: z.string(),
  /** Values of the placement's context features, under the id of the feature list. */
  context: z.object({ id: z.string(), values: z.array(z.number()) }).optional(),
  /** Traits of the variant used, if the offer has one that matches. */
  voice: VariantTraits.optional(),
});
export type Decision = z.infer<typeof Decision>;

/** What the caller knows of the moment. Predicates read it as the current touchpoint. */
export const DecisionContext = z.strictObject({
  channel: z.string().min(1).max(100).optional(),
  event: z.string().min(1).max(200).optional(),
  properties: JsonObject.optional(),
});
export type DecisionContext = z.infer<typeof DecisionContext>;

/**
 * With `decisionId` a retry returns the same decision. Without it each request is a new decision.
 */
export const DecisionRequest = z.strictObject({
  customerId: CustomerId,
  placement: z.string().min(1).max(40),
  context: DecisionContext.optional(),
  decisionId: z.string().min(1).max(200).optional(),
});
export type DecisionRequest = z.infer<typeof DecisionRequest>;

/** Recommended hour for a message, and the level that determined it. */
export const SendAt = z.object({
  /** On the customer's clocks. */
  hour: z.int().min(0).max(23),
  /** When that hour next begins, or now during that hour. */
  at: Instant,
  basis: z.enum(['customer', 'channel', 'everybody']),
});
export type SendAt = z.infer<typeof SendAt>;

/** Marketing messages in seven days: the recommended number, and the maximum that caps allow. */
export const ContactAdvice = z.object({ recommended: z.int(), max: z.int() });
export type ContactAdvice = z.infer<typeof ContactAdvice>;

/**
 * `recorded` is false for a customer without stored touchpoints. Nothing is learnt from that
 * decision.
 */
export const DecisionAnswer = Decision.pick({
  decisionId: true,
  placement: true,
  offer: true,
  propensity: true,
  reasons: true,
  policyVersion: true,
  voice: true,
}).extend({ recorded: z.boolean(), sendAt: SendAt.optional(), contact: ContactAdvice });
export type DecisionAnswer = z.infer<typeof DecisionAnswer>;
