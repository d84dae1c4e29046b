import { addShownOffer, emptySums, fitOfferLinearModel } from '../beliefs/linear-model.ts';
import { countedIn, noStats, type OfferStats } from '../beliefs/offer-beliefs.ts';
import { type Candidates, type Linear } from './rank-offers.ts';

/** An exposed decision whose outcome is known, because its success window is over. */
export interface LoggedDecision extends Candidates {
  offer: string;
  /** Of the offer, when it was decided: above 0. */
  propensity: number;
  won: boolean;
}

/** Tries of a log, as the counters of a placement would have them. */
export function offerStatsOfLog(log: Iterable<LoggedDecision>): OfferStats {
  const stats = noStats();
  for (const { stage, offer, won } of log) {
    const tries = countedIn(stats, { stage, offer });
    tries.exposed++;
    if (won) tries.won++;
  }
  return stats;
}

/** The linear model of a log, of the showings whose context is known. */
export function linearModelsOfLog(log: readonly LoggedDecision[], offers: readonly string[], features: number): Linear {
  const sums = emptySums(offers.length, features);
  const seen = log.flatMap(({ offer, context, won }) =>
    context?.length === features ? [{ offer: offers.indexOf(offer), context, reward: Number(won) }] : [],
  );
  addShownOffer(sums, seen);
  return { offers, model: fitOfferLinearModel(sums) };
}
