import {
  difference,
  doublyRobust,
  type Estimate,
  ipw,
  type ModelledReward,
  replaces,
  snipw,
  weightsOf,
} from './policy-estimate.ts';
import { linearModelsOfLog, type LoggedDecision, offerStatsOfLog } from './logged-decision.ts';
import { type Policy, type PolicyWorth } from './policy.ts';
import { type PolicyInputs, rankOffers, type OfferRanking } from './rank-offers.ts';

/** Parts the log is cut into, each judged by what the others taught. */
const folds = 5;

/** Fewest showings that say anything: intervals rest on the central limit theorem. */
export const fewestShowings = 100;

/** As the question is asked again every night, the interval is wider than the usual one of 95 %. */
const confidence = 0.99;

export interface PolicyComparisonInput {
  current: Policy;
  candidate?: Policy | undefined;
  /** All offers that ever compete, and how many numbers a context has. */
  offers: readonly string[];
  features: number;
  progress: number;
}

export interface PolicyComparison {
  current: PolicyWorth;
  candidate?: PolicyWorth;
  gain?: Estimate;
  replaced: boolean;
}

const knowledgeOf = (
  log: readonly LoggedDecision[],
  { offers, features, progress }: PolicyComparisonInput,
): PolicyInputs => ({
  stats: offerStatsOfLog(log),
  ...(features > 0 && { linear: linearModelsOfLog(log, offers, features) }),
  progress,
});

/** Shares of a contest, remembered where the context has no say in them. */
function ranking(policy: Policy, knowledge: PolicyInputs): (row: LoggedDecision) => OfferRanking {
  const known = new Map<string, OfferRanking>();
  return (row) => {
    if (policy.kind === 'linear') return rankOffers(row, policy, knowledge);
    const key = JSON.stringify([row.stage, row.offers]);
    const found = known.get(key) ?? rankOffers(row, policy, knowledge);
    known.set(key, found);
    return found;
  };
}

/**
 * Returns a policy's view of a showing: its share of the shown offer, with the rewards that `model`
 * expects.
 */
function judgedBy(row: LoggedDecision, { shares }: OfferRanking, model: OfferRanking): ModelledReward {
  const place = row.offers.indexOf(row.offer);
  return {
    reward: Number(row.won),
    propensity: row.propensity,
    target: shares[place] ?? 0,
    expected: model.expected[place] ?? 0,
    expectedOfTarget: shares.reduce((sum, share, i) => sum + share * (model.expected[i] ?? 0), 0),
  };
}

const worthOf = (rows: readonly ModelledReward[]): PolicyWorth => ({
  ...{ ipw: ipw(rows, confidence), snipw: snipw(rows, confidence), doublyRobust: doublyRobust(rows, confidence) },
  weights: weightsOf(rows),
});

/**
 * Compares the values of the policy in force and of a candidate on the log. Each fold (by place in
 * the log) is ranked by a model of the other folds (cross-fitting: Chernozhukov et al. 2018), and
 * both are judged by one reward model. `replaces` decides. Undefined if there are too few showings.
 */
export function comparePolicies(
  log: readonly LoggedDecision[],
  asked: PolicyComparisonInput,
): PolicyComparison | undefined {
  if (log.length < fewestShowings) return undefined;
  const [old, fresh]: [ModelledReward[], ModelledReward[]] = [[], []];
  for (let fold = 0; fold < folds; fold++) {
    const knowledge = knowledgeOf(
      log.filter((_, i) => i % folds !== fold),
      asked,
    );
    const { current, candidate } = asked;
    const [rankOld, model] = [ranking(current, knowledge), ranking({ ...current, kind: 'thompson' }, knowledge)];
    const rankFresh = candidate && ranking(candidate, knowledge);
    for (const row of log.filter((_, i) => i % folds === fold)) {
      old.push(judgedBy(row, rankOld(row), model(row)));
      if (rankFresh) fresh.push(judgedBy(row, rankFresh(row), model(row)));
    }
  }
  if (fresh.length === 0) return { current: worthOf(old), replaced: false };
  return {
    ...{ current: worthOf(old), candidate: worthOf(fresh), gain: difference(fresh, old, confidence) },
    replaced: replaces(fresh, old, { confidence }),
  };
}
