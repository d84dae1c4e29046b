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
import { type Instant } from '../../shared/time.ts';

/** Batches a plan is played in when its sharpening is tuned: learning more often than that gains nothing that can be told. */
const batches = 50;

/** A placement as a job finds it. */
export interface PolicyReview {
  placement: Placement;
  record: PolicyRecord;
  stats: OfferStats;
  log: readonly LoggedDecision[];
  now: Instant;
}

const rivalsOf = ({ offers, fallback }: Placement): string[] =>
  offers.map(({ id }) => id).filter((id) => id !== fallback);

/** Tries of each offer in all stages. */
function triesOf(stats: OfferStats): Trials[] {
  const offers = new Set(Object.values(stats).flatMap((of) => Object.keys(of)));
  return [...offers].map((offer) => sumOf(Object.values(stats).flatMap((of) => of[offer] ?? [])));
}

/** How boldly to learn: tuned for the plan, by what is known of rates and how they differ; without a plan as ever. */
function sharpeningFor({ placement, stats }: PolicyReview): Temperature {
  const { plan } = placement;
  if (!plan) return endlessTemperature;
  const tries = triesOf(stats);
  const spread = priorSpread([tries]);
  const offers = Math.max(2, rivalsOf(placement).length);
  const likely = { rate: commonRate(tries, spread), offers, plan: { ...plan, batches } };
  return tuneTemperature([likely], { spread, control });
}

/** Showings of the contest that was held most often: only there could any of its offers be chosen. */
function mostUsual(log: readonly LoggedDecision[]): LoggedDecision[] {
  const contests = Map.groupBy(log, ({ offers }) => JSON.stringify(offers));
  return [...contests.values()].reduce<LoggedDecision[]>((most, one) => (one.length > most.length ? one : most), []);
}

/** Whether the log shows that context tells who is best served with which offer. */
function helpsHere({ placement: { context = [] } }: PolicyReview, log: readonly LoggedDecision[]): boolean {
  const usual = mostUsual(log.filter((row) => row.context?.length === context.length));
  const offers = usual[0]?.offers ?? [];
  if (context.length === 0 || offers.length < 2) return false;
  const rows = usual.map(({ offer, won, propensity, context: values = [] }) => {
    return { offer: offers.indexOf(offer), reward: Number(won), propensity, context: values };
  });
  return contextHelps(rows, { offers: offers.length, features: context.length }).helps;
}

const same = (one: Policy, other: Policy): boolean =>
  JSON.stringify({ ...one, version: 0 }) === JSON.stringify({ ...other, version: 0 });

/** The record where a plan begins: it is the team's own decision, so its tuned policy is in force at once. */
function begun(reviewed: PolicyReview, decisions: number): PolicyRecord {
  const { record, stats } = reviewed;
  const current: Policy = {
    ...{ version: record.current.version + 1, kind: 'thompson', sharpening: sharpeningFor(reviewed) },
  };
  const shown = shownIn(stats);
  return { current, course: { decisions, shownBefore: shown }, judgedThrough: shown };
}

/** The policy in force under the placement as it is now: what a plan or a list of features that is gone had brought ends with it. */
function inForce({ placement, record }: PolicyReview): Pick<PolicyRecord, 'current' | 'course'> {
  const { current, course } = record;
  const gone =
    (course && !placement.plan) ||
    (current.kind === 'linear' && current.context !== contextId(placement.context ?? []));
  if (gone) return { current: { ...firstPolicy, version: current.version + 1 }, ...(placement.plan && { course }) };
  return { current, ...(course && { course }) };
}

/** What might be better: the sharpening tuned by what is known now, and context where the log shows that it helps. */
function candidateOf(reviewed: PolicyReview, current: Policy): Policy | undefined {
  const { placement, log } = reviewed;
  const candidate: Policy = {
    version: current.version + 1,
    kind: 'thompson',
    sharpening: sharpeningFor(reviewed),
    ...(helpsHere(reviewed, log) && { kind: 'linear', context: contextId(placement.context ?? []) }),
  };
  return same(candidate, current) ? undefined : candidate;
}

/**
 * What a job makes of a placement: the policy in force and the candidate judged by the log, and the one replaced by the other where the
 * lower bound of the gain is above 0. A new plan, or another size of it, begins anew. The same answer for the same log.
 */
export function reviewPolicy(found: PolicyReview): PolicyRecord {
  const { placement, record, stats, log, now } = found;
  const { plan } = placement;
  if (plan && record.course?.decisions !== plan.decisions) return begun(found, plan.decisions);
  const { current, course } = inForce(found);
  const candidate = candidateOf(found, current);
  const judgedThrough = shownIn(stats);
  const judged = comparePolicies(log, {
    ...{ current, candidate, offers: rivalsOf(placement), features: placement.context?.length ?? 0 },
    progress: policyProgress(course, judgedThrough),
  });
  const judgement = judged && { at: now, showings: log.length, ...judged };
  return {
    current: candidate && judged?.replaced ? candidate : current,
    ...(candidate && !judged?.replaced && { candidate }),
    ...(course && { course }),
    ...(judgement && { judgement }),
    judgedThrough,
  };
}
