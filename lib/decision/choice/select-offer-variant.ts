import { type EvaluationContext } from '../../predicate/evaluate.ts';
import { emotionOf } from '../../profile/facts/emotion.ts';
import { type Offer } from '../placements/placement.ts';
import { type VariantTraits, variantFor } from '../placements/offer-variant.ts';

/**
 * Returns the variant of an offer that suits the customer best, by the trait `persona`, the channel
 * of the moment and the latest emotion. Fields that the variant lacks are the offer's own.
 */
export function selectVariant(
  offer: Offer,
  { profile, touchpoint, now }: EvaluationContext,
): { offer: Offer; voice?: VariantTraits } {
  const persona = profile.traits.persona?.value;
  const variant = variantFor(offer.variants ?? [], {
    ...(touchpoint && { channel: touchpoint.channel }),
    ...(typeof persona === 'string' && { persona }),
    emotion: emotionOf(profile, now),
  });
  if (!variant) return { offer };
  return { offer: { ...offer, content: { ...offer.content, ...variant.content } }, voice: variant.for };
}
