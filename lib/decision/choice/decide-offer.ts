import { NotFound, Unavailable } from '../../shared/errors.ts';
import { type Customer } from '../../model/customer.ts';
import { readVersionedProfile, type ProfileStore } from '../../profile/profile-store.ts';
import { profileLimits } from '../../model/profile-limits.ts';
import { newProfile, type OpenDecision, type Profile } from '../../model/profile.ts';
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

export interface DecideDependencies {
  profiles: ProfileStore;
  placements: PlacementStore;
  decisions: DecisionStore;
  stats: ReadStats;
  policies: Pick<PolicyStore, 'get'>;
  linear: ReadLinear;
}

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
function remembering(profile: Profile, decisionId: string, open: OpenDecision): Profile {
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
interface EarlierDecision {
  profile: Profile;
  past: PastDecision[];
  numbers: Numbers;
}

/** Data of the placement, the same for all attempts. */
interface Numbers {
  placement: Placement;
  stats: OfferStats;
  policy: PolicyRecord['current'];
  course?: PolicyRecord['course'];
  linear?: Awaited<ReturnType<ReadLinear>>;
}

/** Makes the decision, and the profile that holds it. */
function make({ decisionId, at, context }: Question, { profile, past, numbers }: EarlierDecision) {
  const { placement } = numbers;
  const situation = { profile, now: at, ...(context && { touchpoint: touchpointOf(context) }) };
  const { offer, ...choice } = chooseOffer({ decisionId, past, situation, ...numbers });
  const { id, content, success, window } = offer;
  const until = addDuration(at, window);
  const decision: Decision = { decisionId, placement: placement.id, offer: { id, content }, at, ...choice };
  const open = { placement: placement.id, offer: id, stage: choice.stage, at, exposed: false, on: success, until };
  return { decision, until, profile: remembering(profile, decisionId, open) };
}

/**
 * Creates the function that decides an offer and stores the decision with the profile. Idempotent by
 * decision id: after a crash a retry returns the stored decision, or decides if none was stored. A
 * customer without a profile gets a decision that is not stored. Throws `placement.unknown`. Costs
 * one read, one transaction of three writes, and one query if an offer has a cap.
 */
export function createDecider({ profiles, placements, decisions, stats, policies, linear }: DecideDependencies) {
  /**
   * Adds the sums of a linear policy. If the placement's features have changed since, the policy
   * works by stage.
   */
  async function numbersOf(workspace: string, placement: Placement): Promise<Numbers> {
    const [tries, { current, course }] = await Promise.all([
      stats(workspace, placement.id),
      policies.get(workspace, placement.id),
    ]);
    const known = { placement, stats: tries, policy: current, course: placement.plan && course };
    const fits = current.kind === 'linear' && placement.context && contextId(placement.context) === current.context;
    return fits ? { ...known, linear: await linear(workspace, placement) } : known;
  }

  /**
   * The first attempt searches only if the profile holds the decision id. That is rare, so it
   * usually costs no read.
   */
  async function madeBefore(profile: Profile, decisionId: string, tries: number): Promise<Decision | undefined> {
    const worthLooking = tries > 0 || Object.hasOwn(profile.decisions, decisionId);
    return worthLooking ? decisions.find(profile, decisionId) : undefined;
  }

  /** Reads the earlier decisions that caps count. No read if no offer has a cap. */
  async function pastOf(profile: Profile, { id, offers }: Placement, at: Instant): Promise<PastDecision[]> {
    const longest = Math.max(0, ...offers.map(({ cap }) => (cap ? durationMs(cap.within) : 0)));
    return longest > 0 ? decisions.past(profile, id, addMs(at, -longest)) : [];
  }

  return async function decide(question: Question): Promise<OfferDecision> {
    const { customer, decisionId, at } = question;
    const placement = await placements.get(customer.workspace, question.placement);
    if (!placement) throw new NotFound('placement.unknown', { placement: question.placement });
    const numbers = await numbersOf(customer.workspace, placement);
    for (let tries = 0; tries < maxTries; tries++) {
      const stored = await readVersionedProfile(profiles, customer);
      if (!stored) {
        const { decision, profile } = make(question, { numbers, profile: newProfile(customer, at), past: [] });
        return { decision, profile, recorded: false };
      }
      const { profile, rev } = stored;
      const before = await madeBefore(profile, decisionId, tries);
      if (before) return { decision: before, profile, recorded: true };
      const made = make(question, { numbers, profile, past: await pastOf(profile, placement, at) });
      if (await decisions.record(made, rev)) return { decision: made.decision, profile, recorded: true };
    }
    throw new Unavailable('profile.contended', { customer: customer.customer, tries: maxTries });
  };
}

export type Decide = ReturnType<typeof createDecider>;
