import { type EvaluationContext } from '../../predicate/evaluate.ts';
import { emotionOf } from '../../profile/facts/emotion.ts';
import { type Offer } from '../placements/placement.ts';
import { type VariantTraits, variantFor } from '../placements/offer-variant.ts';

/**
 * The offer in the words that suit the customer best: the persona is the trait `persona`, the channel that of the moment at hand, the
 * emotion the latest one known. What a variant does not say the offer's own content does.
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
