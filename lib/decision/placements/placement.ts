import * as z from 'zod';
import { Purpose } from '../../model/workspace.ts';
import { JsonObject } from '../../shared/json.ts';
import { Predicate } from '../../model/predicate.ts';
import { Label } from '../../model/stage.ts';
import { Duration } from '../../shared/time.ts';
import { ContextFeature } from './context-features.ts';
import { VariantTraits } from './offer-variant.ts';

const Id = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/);

/** Most a decision repeats of an offer, so that a decision's row stays about 1 KB. */
const maxContentChars = 4_000;

const Content = JsonObject.refine(
  (content) => JSON.stringify(content).length <= maxContentChars,
  'over 4,000 characters',
);

/** Words for some listeners: what they name stands in for the same of the offer's content. */
const OfferVariant = z.strictObject({ for: VariantTraits, content: Content });

/** One thing that may be said at a placement. `success` is looked for in touchpoints until `window` after the decision. */
export const Offer = z.strictObject({
  id: Id,
  label: Label,
  /** What the channel shows, and templates of journeys read: `{{vars.offer.content.title}}`. */
  content: Content,
  /** The same in another voice, by persona, channel and latest emotion (`variantFor`). */
  variants: z.array(OfferVariant).max(10).optional(),
  /** Who may get it; without it everybody. */
  eligible: Predicate.optional(),
  purpose: Purpose.default('marketing'),
  success: Predicate,
  window: Duration.default('7d'),
  /** Chosen at most `max` times for one customer within a rolling time. */
  cap: z.strictObject({ max: z.int().min(1).max(20), within: Duration }).optional(),
  /** Sells something: not for a customer who has just told us of a bad experience. */
  promotion: z.boolean().default(false),
});
export type Offer = z.infer<typeof Offer>;

/**
 * A place where one offer is shown: offers compete for it, all but the `fallback`, which stands in when no other may be shown. So
 * the fallback must suit everybody at any time: transactional, no eligibility, no cap, no promotion.
 */
export const Placement = z
  .strictObject({
    id: Id,
    label: Label,
    offers: z.array(Offer).min(1).max(20),
    fallback: Id,
    /** What may tell which offer suits whom: numbers and conditions. Used once the nightly job has found that it helps. */
    context: z.array(ContextFeature).min(1).max(8).optional(),
    /** How many times the placement will show something, all in all: how boldly it learns is tuned for that. */
    plan: z.strictObject({ decisions: z.int().min(100).max(100_000_000) }).optional(),
    /** What a response to a message brings and what a message costs beside its price, in one unit: how many are recommended. */
    contact: z.strictObject({ value: z.number().positive(), cost: z.number().nonnegative() }).optional(),
  })
  .superRefine(({ offers, fallback }, context) => {
    const fault = (message: string, path: PropertyKey[]): void => context.addIssue({ code: 'custom', message, path });
    if (new Set(offers.map(({ id }) => id)).size < offers.length) fault('two offers share an id', ['offers']);
    const place = offers.findIndex(({ id }) => id === fallback);
    const offer = offers[place];
    if (!offer) return fault(`no offer "${fallback}"`, ['fallback']);
    if (offer.eligible || offer.cap || offer.promotion || offer.purpose === 'marketing')
      fault('the fallback is transactional, for everybody, uncapped and no promotion', ['offers', place]);
  });
export type Placement = z.infer<typeof Placement>;
