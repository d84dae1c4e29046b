import { bareRecord } from '../../shared/json.ts';
import { type Belief } from './probability-best.ts';
import { commonRate, noTrials, priorOf, priorSpread, sumOf, type Trials } from './prior-beliefs.ts';

/** Tries by stage, then by offer. */
export type OfferStats = Readonly<Record<string, Readonly<Record<string, Trials>>>>;

type Counting = Record<string, Record<string, Trials>>;

/** Nothing counted yet. */
export const noStats = (): Counting => bareRecord();

/** The tries of an offer in a stage, to count on: none where there were none. */
export function countedIn(stats: Counting, { stage, offer }: { stage: string; offer: string }): Trials {
  const offers = (stats[stage] ??= bareRecord());
  return (offers[offer] ??= { exposed: 0, won: 0 });
}

/** How often offers were seen, all together. */
export function shownIn(stats: OfferStats): number {
  return Object.values(stats).reduce((sum, offers) => sum + sumOf(Object.values(offers)).exposed, 0);
}

/**
 * Maximum weight of other stages, in successes (or failures if those are rarer): enough to start
 * from, soon outweighed.
 */
const mostBorrowed = 10;

/** Each offer's tries in all stages. */
function totals(stats: OfferStats): Map<string, Trials> {
  const sums = new Map<string, Trials>();
  for (const offers of Object.values(stats))
    for (const [offer, tries] of Object.entries(offers)) sums.set(offer, sumOf([sums.get(offer) ?? noTrials, tries]));
  return sums;
}

/** What holds for all stages. */
interface Common {
  everywhere: Map<string, Trials>;
  rate: number;
  prior: Belief;
}

/**
 * Most decisions within ten seconds use the same statistics, so their common part is computed once.
 */
const worked = new WeakMap<OfferStats, Common>();

function commonOf(stats: OfferStats): Common {
  const known = worked.get(stats);
  if (known) return known;
  const everywhere = totals(stats);
  const all = [...everywhere.values()];
  const spread = priorSpread([all]);
  const rate = commonRate(all, spread);
  const common = { everywhere, rate, prior: priorOf(rate, spread) };
  worked.set(stats, common);
  return common;
}

/**
 * Returns beliefs about the success rates of a placement's offers in a stage. The common rate is
 * the prior, as narrow as rates are alike (`priorSpread`). Trials in other stages count in part (a
 * power prior: Ibrahim and Chen 2000), those in this stage in full. Without data every rate is
 * equally likely.
 */
export function beliefsAt(
  stats: OfferStats,
  { offers, stage }: { offers: readonly string[]; stage: string },
): Belief[] {
  const { everywhere, rate, prior } = commonOf(stats);
  return offers.map((offer) => {
    const here = stats[stage]?.[offer] ?? noTrials;
    const sum = everywhere.get(offer) ?? noTrials;
    const elsewhere = { exposed: sum.exposed - here.exposed, won: sum.won - here.won };
    const discount = Math.min(1, mostBorrowed / Math.min(rate, 1 - rate) / Math.max(1, elsewhere.exposed));
    const won = here.won + discount * elsewhere.won;
    const exposed = here.exposed + discount * elsewhere.exposed;
    return { a: prior.a + won, b: prior.b + Math.max(0, exposed - won) };
  });
}
