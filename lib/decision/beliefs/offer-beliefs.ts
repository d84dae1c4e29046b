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

/** Other stages count as at most this many successes (or failures, where those are rarer): enough to start from, soon outweighed. */
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

/** Most decisions of ten seconds rest on the same numbers: what all share is worked out once for them. */
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
 * The success rates of a placement's offers in a stage, in three levels: what all offers have in common is the prior, as narrow as their rates
 * are alike (`priorSpread`); the offer's tries in other stages move it (discounted, as a power prior: Ibrahim and Chen 2000); its own tries
 * in this stage count in full. With no data at all every rate is as likely as any other.
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
