import { NotFound, Unavailable } from '../../shared/errors.ts';
import { type Customer } from '../../model/customer.ts';
import { readVersionedProfile, type ProfileStore } from '../../profile/profile-store.ts';
import { profileLimits } from '../../model/profile-limits.ts';
import { newProfile, type OpenDecision, type Profile } from '../../model/profile.ts';
import { conflict, retryOnConflict } from '../../shared/retry.ts';
import { addDuration, durationMs, type Instant, addMs } from '../../shared/time.ts';
import { chooseOffer, type PastDecision } from './choose-offer.ts';
import { type Decision, type DecisionContext } from './decision.ts';
import { type Placement } from '../placements/placement.ts';
import { type PlacementStore } from '../placements/placement-store.ts';
import { contextId } from '../placements/context-features.ts';
import { type PolicyRecord } from '../policies/policy.ts';
import { type PolicyStore } from '../policies/policy-store.ts';
import { type OfferStats } from '../beliefs/offer-beliefs.ts';
import { type ReadStats } from '../beliefs/offer-stats-store.ts';
import { type DecisionStore } from './decision-store.ts';
import { type ReadLinear } from '../beliefs/offer-sums-store.ts';

/** Stores that a decision reads and writes. */
export interface DecideDependencies {
  profiles: ProfileStore;
  placements: PlacementStore;
  decisions: DecisionStore;
  stats: ReadStats;
  policies: Pick<PolicyStore, 'get'>;
  linear: ReadLinear;
}

/** A request for a decision. */
export interface Question {
  customer: Customer;
  placement: string;
  /** The same on each attempt of a request, so that the decision is stored once. */
  decisionId: string;
  /**
   * Time of the request. For an event or a step it is its own time, so that a retry writes the same
   * rows.
   */
  at: Instant;
  context?: DecisionContext | undefined;
}

/** The decision, the profile it was based on, and whether both are stored. */
export interface OfferDecision {
  decision: Decision;
  recorded: boolean;
  profile: Profile;
}

const maxTries = 10;

/**
 * Adds the decision to the profile. The oldest are dropped, and their outcomes are no longer
 * tracked.
 */
function addOpenDecision(profile: Profile, decisionId: string, open: OpenDecision): Profile {
  const newest = Object.entries({ ...profile.decisions, [decisionId]: open }).sort(([, a], [, b]) =>
    a.at < b.at ? 1 : -1,
  );
  return { ...profile, decisions: Object.fromEntries(newest.slice(0, profileLimits.decisions)) };
}

const touchpointOf = ({ channel = 'server', event = 'Decision Requested', properties = {} }: DecisionContext) => ({
  name: event,
  channel,
  properties,
});

/** What a decision depends on beside the question. Read again on each attempt. */
interface DecisionBasis {
  profile: Profile;
  past: PastDecision[];
  data: PlacementData;
}

/** Data of the placement, the same for all attempts. */
interface PlacementData {
  placement: Placement;
  stats: OfferStats;
  policy: PolicyRecord['current'];
  course?: PolicyRecord['course'];
  linear?: Awaited<ReturnType<ReadLinear>>;
}

/** Makes the decision, and the profile that holds it. */
function makeDecision({ decisionId, at, context }: Question, { profile, past, data }: DecisionBasis) {
  const { placement } = data;
  const situation = { profile, now: at, ...(context && { touchpoint: touchpointOf(context) }) };
  const { offer, ...choice } = chooseOffer({ decisionId, past, situation, ...data });
  const { id, content, success, window } = offer;
  const until = addDuration(at, window);
  const decision: Decision = { decisionId, placement: placement.id, offer: { id, content }, at, ...choice };
  const open = { placement: placement.id, offer: id, stage: choice.stage, at, exposed: false, on: success, until };
  return { decision, until, profile: addOpenDecision(profile, decisionId, open) };
}

/**
 * Reads the data of a placement. Adds the sums of a linear policy. If the placement's features have
 * changed since, the policy works by stage.
 */
async function readPlacementData(
  { stats, policies, linear }: DecideDependencies,
  workspace: string,
  placement: Placement,
): Promise<PlacementData> {
  const [offerStats, { current, course }] = await Promise.all([
    stats(workspace, placement.id),
    policies.get(workspace, placement.id),
  ]);
  const data = { placement, stats: offerStats, policy: current, course: placement.plan && course };
  const fits = current.kind === 'linear' && placement.context && contextId(placement.context) === current.context;
  return fits ? { ...data, linear: await linear(workspace, placement) } : data;
}

/** Reads the earlier decisions that caps count. No read if no offer has a cap. */
async function readPastDecisions(
  decisions: DecisionStore,
  profile: Profile,
  { placement, at }: { placement: Placement; at: Instant },
): Promise<PastDecision[]> {
  const longest = Math.max(0, ...placement.offers.map(({ cap }) => (cap ? durationMs(cap.within) : 0)));
  return longest > 0 ? decisions.past(profile, placement.id, addMs(at, -longest)) : [];
}

/**
 * Reads the customer, then returns the stored decision or makes and stores one. The first attempt
 * searches for a stored one only if the profile holds its id. That is rare, so it usually costs no
 * read.
 */
async function tryDecide(
  { profiles, decisions }: DecideDependencies,
  { question, data }: { question: Question; data: PlacementData },
  tries: number,
): Promise<OfferDecision | typeof conflict> {
  const { customer, decisionId, at } = question;
  const stored = await readVersionedProfile(profiles, customer);
  if (!stored) {
    const { decision, profile } = makeDecision(question, { data, profile: newProfile(customer, at), past: [] });
    return { decision, profile, recorded: false };
  }
  const { profile, rev } = stored;
  const isWorthSearch = tries > 0 || Object.hasOwn(profile.decisions, decisionId);
  const earlier = isWorthSearch ? await decisions.find(profile, decisionId) : undefined;
  if (earlier) return { decision: earlier, profile, recorded: true };
  const past = await readPastDecisions(decisions, profile, { placement: data.placement, at });
  const made = makeDecision(question, { data, profile, past });
  return (await decisions.record(made, rev)) ? { decision: made.decision, profile, recorded: true } : conflict;
}

async function decideOffer(dependencies: DecideDependencies, question: Question): Promise<OfferDecision> {
  const { workspace, customer } = question.customer;
  const placement = await dependencies.placements.get(workspace, question.placement);
  if (!placement) throw new NotFound('placement.unknown', { placement: question.placement });
  const data = await readPlacementData(dependencies, workspace, placement);
  const contended = () => new Unavailable('profile.contended', { customer, tries: maxTries });
  return retryOnConflict({ maxTries, contended }, (tries) => tryDecide(dependencies, { question, data }, tries));
}

/**
 * Creates the function that decides an offer and stores the decision with the profile. Idempotent
 * by decision id: after a crash a retry returns the stored decision, or decides if none was stored.
 * A customer without a profile gets a decision that is not stored. Throws `placement.unknown`.
 * Costs one read, one transaction of three writes, and one query if an offer has a cap.
 */
export function createDecider(dependencies: DecideDependencies) {
  return (question: Question): Promise<OfferDecision> => decideOffer(dependencies, question);
}

/** Decides an offer for a customer at a placement, as `createDecider` describes. */
export type Decide = ReturnType<typeof createDecider>;
