import * as z from 'zod';
import { Purpose } from '../../model/workspace.ts';
import { JsonObject } from '../../shared/json.ts';
import { Predicate } from '../../model/predicate.ts';
import { Label } from '../../model/stage.ts';
import { Duration } from '../../shared/time.ts';
import { ContextFeature } from './context-features.ts';
import { VariantTraits } from './offer-variant.ts';

const Id = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/);

/**
 * Maximum size of an offer's content, in characters of JSON. A decision's row repeats it and stays
 * about 1 KB.
 */
const maxContentChars = 4_000;

const Content = JsonObject.refine(
  (content) => JSON.stringify(content).length <= maxContentChars,
  'over 4,000 characters',
);

/** Alternative content for some customers. Its fields replace those of the offer's content. */
const OfferVariant = z.strictObject({ for: VariantTraits, content: Content });

/**
 * One offer of a placement. Touchpoints are matched with `success` until `window` after the
 * decision.
 */
export const Offer = z.strictObject({
  id: Id,
  label: Label,
  /** Shown by the channel. Templates of journeys read it as `{{vars.offer.content.title}}`. */
  content: Content,
  /** Alternative content by persona, channel and latest emotion (`variantFor`). */
  variants: z.array(OfferVariant).max(10).optional(),
  /** Which customers may get the offer. Without it, all. */
  eligible: Predicate.optional(),
  purpose: Purpose.default('marketing'),
  success: Predicate,
  window: Duration.default('7d'),
  /** The offer is chosen at most `max` times for one customer within this rolling window. */
  cap: z.strictObject({ max: z.int().min(1).max(20), within: Duration }).optional(),
  /**
   * Sells something. Not chosen after a recent bad experience of the customer or during an open
   * support case.
   */
  promotion: z.boolean().default(false),
});
export type Offer = z.infer<typeof Offer>;

/**
 * A place where one offer is shown. Its offers compete, except `fallback`, which is shown when no
 * other may be. The fallback must suit all customers at any time: transactional, without
 * eligibility and cap, no promotion.
 */
export const Placement = z
  .strictObject({
    id: Id,
    label: Label,
    offers: z.array(Offer).min(1).max(20),
    fallback: Id,
    /**
     * Numbers and conditions that may distinguish which offer suits a customer. Used once the
     * nightly job has found that they help.
     */
    context: z.array(ContextFeature).min(1).max(8).optional(),
    /** Expected number of decisions in all. The exploration of the policy is tuned for it. */
    plan: z.strictObject({ decisions: z.int().min(100).max(100_000_000) }).optional(),
    /**
     * Value of a response to a message, and cost of a message beside its price, in one unit.
     * Determines the recommended number of messages.
     */
    contact: z.strictObject({ value: z.number().positive(), cost: z.number().nonnegative() }).optional(),
  })
  .superRefine(({ offers, fallback }, context) => {
    const fault = (message: string, path: PropertyKey[]): void => context.addIssue({ code: 'custom', message, path });
    if (new Set(offers.map(({ id }) => id)).size < offers.length) fault('two offers share an id', ['offers']);
    const place = offers.findIndex(({ id }) => id === fallback);
    const offer = offers[place];
    if (!offer) return fault(`no offer "${fallback}"`, ['fallback']);
    if (offer.eligible || offer.cap || offer.promotion || offer.purpose === 'marketing')
      fault('the fallback is transactional, has no condition and no cap, and is no promotion', ['offers', place]);
  });
export type Placement = z.infer<typeof Placement>;
