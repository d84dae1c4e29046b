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
  /** The same for every try of one asking: it makes the decision happen once. */
  decisionId: string;
  /** When it is asked. For an event or a step its own time, so that a second try writes the same rows. */
  at: Instant;
  context?: DecisionContext | undefined;
}

/** The decision, the profile it was made by, and whether both are stored. */
export interface OfferDecision {
  decision: Decision;
  recorded: boolean;
  profile: Profile;
}

const maxTries = 10;

/** The profile that knows of the decision too. The oldest make room: their outcomes are not looked for any more. */
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

/** What a decision is made of beside the question: read anew for each try. */
interface EarlierDecision {
  profile: Profile;
  past: PastDecision[];
  numbers: Numbers;
}

/** What is known of the placement: the same for all tries. */
interface Numbers {
  placement: Placement;
  stats: OfferStats;
  policy: PolicyRecord['current'];
  course?: PolicyRecord['course'];
  linear?: Awaited<ReturnType<ReadLinear>>;
}

/** The decision, and the profile that remembers it. */
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
 * Decides which offer a customer is shown, and stores it with the profile. Asked again with the same id, for whatever reason, it answers
 * what it answered first; after a death before the write it decides anew, after the write it finds the decision. For somebody never
 * seen it decides by an empty profile and stores nothing: there is no profile to look for the outcome in. Throws
 * `NotFound('placement.unknown')`.
 *
 * One decision costs one read of the profile, one transaction of three writes (profile, decision, its id) and, where an offer has a
 * cap, one query; each environment reads placements and policies once a minute and a placement's numbers once in ten seconds.
 */
export function createDecider({ profiles, placements, decisions, stats, policies, linear }: DecideDependencies) {
  /** A linear policy goes by the sums of its own list of features; where that was changed since, by stage. */
  async function numbersOf(workspace: string, placement: Placement): Promise<Numbers> {
    const [tries, { current, course }] = await Promise.all([
      stats(workspace, placement.id),
      policies.get(workspace, placement.id),
    ]);
    const known = { placement, stats: tries, policy: current, course: placement.plan && course };
    const fits = current.kind === 'linear' && placement.context && contextId(placement.context) === current.context;
    return fits ? { ...known, linear: await linear(workspace, placement) } : known;
  }

  /** The first try looks only where the profile says there is something: nearly always there is nothing, and that costs no read. */
  async function madeBefore(profile: Profile, decisionId: string, tries: number): Promise<Decision | undefined> {
    const worthLooking = tries > 0 || Object.hasOwn(profile.decisions, decisionId);
    return worthLooking ? decisions.find(profile, decisionId) : undefined;
  }

  /** What caps are counted by: nothing is read where no offer has one. */
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
