import { contextHelps } from './context-test.ts';
import { contextId } from '../placements/context-features.ts';
import { comparePolicies } from './compare-policies.ts';
import { type LoggedDecision } from './logged-decision.ts';
import { type Placement } from '../placements/placement.ts';
import { firstPolicy, type Policy, type PolicyRecord, policyProgress } from './policy.ts';
import { type OfferStats, shownIn } from '../beliefs/offer-beliefs.ts';
import { commonRate, priorSpread, sumOf, type Trials } from '../beliefs/prior-beliefs.ts';
import { control } from './rank-offers.ts';
import { endlessTemperature, type Temperature } from './propensities.ts';
import { tuneTemperature } from './tune-temperature.ts';
import { compact } from '../../shared/records.ts';
import { type Instant } from '../../shared/time.ts';

/**
 * Batches of a plan in the simulation that tunes the temperature. More batches bring no measurable
 * gain.
 */
const batches = 50;

/** A placement at a review. */
export interface PolicyReview {
  placement: Placement;
  record: PolicyRecord;
  stats: OfferStats;
  log: readonly LoggedDecision[];
  now: Instant;
}

const competingOffers = ({ offers, fallback }: Placement): string[] =>
  offers.map(({ id }) => id).filter((id) => id !== fallback);

/** Returns the trials of each offer over all stages. */
function trialsOf(stats: OfferStats): Trials[] {
  const offers = new Set(Object.values(stats).flatMap((of) => Object.keys(of)));
  return [...offers].map((offer) => sumOf(Object.values(stats).flatMap((of) => of[offer] ?? [])));
}

/**
 * Tunes the temperature for the plan, from observed rates and their spread. Without a plan it is
 * `endlessTemperature`.
 */
function temperatureFor({ placement, stats }: PolicyReview): Temperature {
  const { plan } = placement;
  if (!plan) return endlessTemperature;
  const trials = trialsOf(stats);
  const spread = priorSpread([trials]);
  const offers = Math.max(2, competingOffers(placement).length);
  const likely = { rate: commonRate(trials, spread), offers, plan: { ...plan, batches } };
  return tuneTemperature([likely], { spread, control });
}

/**
 * Returns the decisions with the most frequent set of competing offers. Only within one set could
 * each offer be chosen.
 */
function mostFrequentSet(log: readonly LoggedDecision[]): LoggedDecision[] {
  const contests = Map.groupBy(log, ({ offers }) => JSON.stringify(offers));
  return [...contests.values()].reduce<LoggedDecision[]>((most, one) => (one.length > most.length ? one : most), []);
}

/** Returns whether the log shows that context improves the choice of offers. */
function doesContextHelp({ placement: { context = [] } }: PolicyReview, log: readonly LoggedDecision[]): boolean {
  const usual = mostFrequentSet(log.filter((row) => row.context?.length === context.length));
  const offers = usual[0]?.offers ?? [];
  if (context.length === 0 || offers.length < 2) return false;
  const rows = usual.map(({ offer, won, propensity, context: values = [] }) => {
    return { offer: offers.indexOf(offer), reward: Number(won), propensity, context: values };
  });
  return contextHelps(rows, { offers: offers.length, features: context.length }).helps;
}

const isSamePolicy = (one: Policy, other: Policy): boolean =>
  JSON.stringify({ ...one, version: 0 }) === JSON.stringify({ ...other, version: 0 });

/**
 * Returns the record at the start of a plan. The tuned policy is in force at once, because the team
 * asked for the plan.
 */
function startPlan(review: PolicyReview, decisions: number): PolicyRecord {
  const { record, stats } = review;
  const current: Policy = {
    version: record.current.version + 1,
    kind: 'thompson',
    sharpening: temperatureFor(review),
  };
  const shown = shownIn(stats);
  return { current, course: { decisions, shownBefore: shown }, judgedThrough: shown };
}

/**
 * Returns the policy in force for the placement as it is. If its plan or feature list was removed,
 * the first policy returns.
 */
function policyInForce({ placement, record }: PolicyReview): Pick<PolicyRecord, 'current' | 'course'> {
  const { current, course } = record;
  const gone =
    (course && !placement.plan) ||
    (current.kind === 'linear' && current.context !== contextId(placement.context ?? []));
  if (gone) return { current: { ...firstPolicy, version: current.version + 1 }, ...(placement.plan && { course }) };
  return { current, ...(course && { course }) };
}

/**
 * Returns a candidate policy: temperature tuned on current data, and context if it helps. Undefined
 * if it equals the current policy.
 */
function candidateOf(review: PolicyReview, current: Policy): Policy | undefined {
  const { placement, log } = review;
  const candidate: Policy = {
    version: current.version + 1,
    kind: 'thompson',
    sharpening: temperatureFor(review),
    ...(doesContextHelp(review, log) && { kind: 'linear', context: contextId(placement.context ?? []) }),
  };
  return isSamePolicy(candidate, current) ? undefined : candidate;
}

/** Compares the candidate with the current policy on the log. Undefined if the log allows none. */
function judge(
  { placement, stats, log }: PolicyReview,
  { current, candidate, course }: Pick<PolicyRecord, 'current' | 'course'> & { candidate: Policy | undefined },
) {
  return comparePolicies(log, {
    current,
    candidate,
    offers: competingOffers(placement),
    features: placement.context?.length ?? 0,
    progress: policyProgress(course, shownIn(stats)),
  });
}

/**
 * Compares the current policy with the candidate on the log. The candidate replaces it if the lower
 * bound of the gain is above 0. A new or resized plan starts anew. Returns the same record for the
 * same log.
 */
export function reviewPolicy(review: PolicyReview): PolicyRecord {
  const { placement, record, stats, log, now } = review;
  const { plan } = placement;
  if (plan && record.course?.decisions !== plan.decisions) return startPlan(review, plan.decisions);
  const { current, course } = policyInForce(review);
  const candidate = candidateOf(review, current);
  const result = judge(review, { current, candidate, course });
  const replacement = result?.replaced === true ? candidate : undefined;
  return compact({
    current: replacement ?? current,
    candidate: replacement ? undefined : candidate,
    course,
    judgement: result && { at: now, showings: log.length, ...result },
    judgedThrough: shownIn(stats),
  });
}
