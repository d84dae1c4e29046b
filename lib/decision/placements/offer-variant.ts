import * as z from 'zod';
import { Emotion } from '../../profile/facts/emotion.ts';

/** Who and where the words are for. */
export interface VariantAudience {
  channel?: string | undefined;
  persona?: string | undefined;
  emotion?: Emotion | undefined;
}

/** Whom words are meant for: what it does not name it suits. */
export const VariantTraits = z.strictObject({
  persona: z.string().min(1).max(100).optional(),
  channel: z.string().min(1).max(100).optional(),
  emotion: Emotion.optional(),
});
export type VariantTraits = z.infer<typeof VariantTraits>;

/** Words for some listeners. */
export interface OfferVariantText<Content> {
  for: VariantTraits;
  content: Content;
}

/** What weighs more when two variants suit: a wrong tone hurts more than a wrong form, and that more than words for everybody. */
const weights = { emotion: 4, channel: 2, persona: 1 } as const;

type Trait = keyof typeof weights;

const named = <Content>({ for: wanted }: OfferVariantText<Content>): Trait[] =>
  (['emotion', 'channel', 'persona'] as const).filter((trait) => wanted[trait] !== undefined);

/** The variant that says most of the listener and nothing else; the first of equals. Undefined when none suits. */
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
