import { randomUUID } from 'node:crypto';
import { type ApiRequest, type ApiResponse, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { DecisionRequest, type DecisionAnswer } from '#lib/decision/choice/decision.ts';
import { adviseContact, adviseSendTime } from '#lib/decision/timing/contact-advice.ts';
import { type Decide, type OfferDecision } from '#lib/decision/choice/decide-offer.ts';
import { type SendTimeStatsStore } from '#lib/decision/timing/send-time-stats-store.ts';
import { type PlacementStore } from '#lib/decision/placements/placement-store.ts';
import { Rejected } from '#lib/shared/errors.ts';
import { anonymousRef, type Customer, userRef } from '#lib/model/customer.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { issuesOf } from '#lib/shared/http/issues.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { type Clock } from '#lib/shared/time.ts';

interface Dependencies {
  decide: Decide;
  profiles: ProfileStore;
  habits: Pick<SendTimeStatsStore, 'get'>;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  placements: Pick<PlacementStore, 'get'>;
  clock: Clock;
}

/**
 * Value and cost of a message at a placement that states none. The workspace's caps alone limit the
 * number of messages.
 */
const costless = { value: 1, cost: 0 };

function readRequest(body: unknown): DecisionRequest {
  const read = DecisionRequest.safeParse(body);
  if (!read.success) throw new Rejected('decision.invalid', { issues: issuesOf(read.error) });
  return read.data;
}

/**
 * Returns the user with this id if its profile exists, else the anonymous visitor if that exists.
 * If neither exists, returns the user, which has no profile.
 */
async function findCustomer(profiles: ProfileStore, workspace: string, id: string): Promise<Customer> {
  const anonymous = { workspace, customer: anonymousRef(id) };
  const user = { workspace, customer: userRef(id) };
  if (await profiles.get(user)) return user;
  return (await profiles.get(anonymous)) ? anonymous : user;
}

/**
 * Returns the send time and contact advice for the customer. Uses cached settings and send-time
 * statistics, which are read once an hour.
 */
async function advise(
  { habits, workspaces, placements, clock }: Dependencies,
  { profile, decision }: OfferDecision,
  channel: string | undefined,
): Promise<Pick<DecisionAnswer, 'sendAt' | 'contact'>> {
  const { workspace } = profile;
  const [stats, settings, placement] = await Promise.all([
    habits.get(workspace),
    workspaces.settings(workspace),
    placements.get(workspace, decision.placement),
  ]);
  const input = {
    habits: stats,
    channel,
    now: clock.now(),
    workspace: settings ?? { timezone: 'UTC', caps: [] },
  };
  const sendAt = adviseSendTime(profile, input);
  return { ...(sendAt && { sendAt }), contact: adviseContact(input, placement?.contact ?? costless) };
}

async function answerDecision(dependencies: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const { decide, profiles, clock } = dependencies;
  const { customerId, placement, context, decisionId = randomUUID() } = readRequest(request.body());
  const customer = await findCustomer(profiles, request.workspace, customerId);
  const decided = await decide({ customer, placement, decisionId, at: clock.now(), context });
  const { offer, propensity, reasons, policyVersion, voice } = decided.decision;
  const body: DecisionAnswer = {
    ...{ decisionId, placement, offer, propensity, reasons, policyVersion, recorded: decided.recorded },
    ...(voice && { voice }),
    ...(await advise(dependencies, decided, context?.channel)),
  };
  return { body };
}

/**
 * Decides an offer for a customer at a placement. Looks for the user of that id, then for the
 * anonymous visitor. An unknown customer gets a decision that is not stored (`recorded: false`),
 * because a page may ask before its first touchpoint is folded.
 */
export function handleDecideRoutes(dependencies: Dependencies): ApiRoutes {
  return { 'POST /v1/decisions': (request) => answerDecision(dependencies, request) };
}
