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

/** What became of each offer of the placement, and why. For those that competed, the success rate we expect and their propensity. */
export const OfferReason = z.object({
  offer: z.string(),
  verdict: OfferVerdict,
  expected: z.number().optional(),
  propensity: z.number().optional(),
  text: z.object({ en: z.string(), ko: z.string() }),
});
export type OfferReason = z.infer<typeof OfferReason>;

/**
 * An offer chosen for a customer. `propensity` is the probability with which this policy chooses this offer here: exact, never
 * estimated afterwards, so that another policy can be judged by these decisions.
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
  /** What of the customer the placement learns by, under the name of its list of features. */
  context: z.object({ id: z.string(), values: z.array(z.number()) }).optional(),
  /** Whom the words are meant for, where the offer has some in another voice that suit. */
  voice: VariantTraits.optional(),
});
export type Decision = z.infer<typeof Decision>;

/** What a channel tells of the moment it asks in: predicates see it as the touchpoint at hand. */
export const DecisionContext = z.strictObject({
  channel: z.string().min(1).max(100).optional(),
  event: z.string().min(1).max(200).optional(),
  properties: JsonObject.optional(),
});
export type DecisionContext = z.infer<typeof DecisionContext>;

/** `decisionId` makes asking again answer the same decision; without it each asking is a new one. */
export const DecisionRequest = z.strictObject({
  customerId: CustomerId,
  placement: z.string().min(1).max(40),
  context: DecisionContext.optional(),
  decisionId: z.string().min(1).max(200).optional(),
});
export type DecisionRequest = z.infer<typeof DecisionRequest>;

/** A time of day to reach the customer at, and what tells it: own habits, those of the channel, or everybody's. */
export const SendAt = z.object({
  /** On the clocks where the customer lives. */
  hour: z.int().min(0).max(23),
  /** When that hour next begins; now, where it has begun. */
  at: Instant,
  basis: z.enum(['customer', 'channel', 'everybody']),
});
export type SendAt = z.infer<typeof SendAt>;

/** Marketing messages in seven days: how many are worth sending, and how many the workspace's caps ever allow. */
export const ContactAdvice = z.object({ recommended: z.int(), max: z.int() });
export type ContactAdvice = z.infer<typeof ContactAdvice>;

/** `recorded` is false for somebody we have stored no touchpoint of yet: nothing will be learnt from that decision. */
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
