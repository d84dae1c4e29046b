import * as z from 'zod';
import { incompleteBeta } from '../../statistics/distributions/beta-function.ts';
import { findRoot } from '../../statistics/numerics/root-finding.ts';
import { type Belief } from './probability-best.ts';
import { type Placement } from '../placements/placement.ts';
import { beliefsAt, type OfferStats } from './offer-beliefs.ts';
import { noTrials } from './prior-beliefs.ts';

/**
 * An offer in a stage: its trials and successes there, and its believed rate with an interval of 95
 * %.
 */
export const OfferRate = z.object({
  offer: z.string(),
  stage: z.string(),
  exposed: z.int(),
  won: z.int(),
  rate: z.number(),
  low: z.number(),
  high: z.number(),
});
export type OfferRate = z.infer<typeof OfferRate>;

const quantile = ({ a, b }: Belief, share: number): number =>
  findRoot((x) => incompleteBeta(a, b, x) - share, [0, 1], 1e-9);

/** Rates of all offers that compete, in every stage anything was shown in. */
export function ratesOf({ offers, fallback }: Placement, stats: OfferStats): OfferRate[] {
  const rivals = offers.map(({ id }) => id).filter((id) => id !== fallback);
  return Object.keys(stats).flatMap((stage) =>
    beliefsAt(stats, { offers: rivals, stage }).map((belief, i) => {
      const offer = rivals[i] ?? '';
      const { a, b } = belief;
      const [low, high] = [quantile(belief, 0.025), quantile(belief, 0.975)];
      return { offer, stage, ...(stats[stage]?.[offer] ?? noTrials), rate: a / (a + b), low, high };
    }),
  );
}
