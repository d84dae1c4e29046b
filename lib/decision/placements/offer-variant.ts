import * as z from 'zod';
import { Emotion } from '../../profile/facts/emotion.ts';

/**
 * What a variant is selected by: the channel of the decision and the customer's persona and
 * emotion.
 */
export interface VariantAudience {
  channel?: string | undefined;
  persona?: string | undefined;
  emotion?: Emotion | undefined;
}

/** Which customers a variant is for. A missing field matches all values. */
export const VariantTraits = z.strictObject({
  persona: z.string().min(1).max(100).optional(),
  channel: z.string().min(1).max(100).optional(),
  emotion: Emotion.optional(),
});
export type VariantTraits = z.infer<typeof VariantTraits>;

/** One variant of an offer's content. */
export interface OfferVariantText<Content> {
  for: VariantTraits;
  content: Content;
}

/**
 * Weight of a matching trait. A wrong tone harms more than a wrong form, and a wrong form more than
 * general wording.
 */
const weights = { emotion: 4, channel: 2, persona: 1 } as const;

type Trait = keyof typeof weights;

const named = <Content>({ for: wanted }: OfferVariantText<Content>): Trait[] =>
  (['emotion', 'channel', 'persona'] as const).filter((trait) => wanted[trait] !== undefined);

/**
 * Returns the matching variant with the highest weight, the first of equals. Returns undefined if
 * none matches.
 */
export function variantFor<Content>(
  variants: readonly OfferVariantText<Content>[],
  listener: VariantAudience,
): OfferVariantText<Content> | undefined {
  const suiting = variants.filter((variant) => named(variant).every((trait) => variant.for[trait] === listener[trait]));
  const weight = (variant: OfferVariantText<Content>): number =>
    named(variant).reduce((sum, trait) => sum + weights[trait], 0);
  const most = Math.max(...suiting.map(weight));
  return suiting.find((variant) => weight(variant) === most);
}
