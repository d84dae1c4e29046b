import { randomUUID } from 'node:crypto';
import { type ApiRoutes } from '../../../lib/aws/http/api-function.ts';
import { DecisionRequest, type DecisionAnswer } from '../../../lib/decision/choice/decision.ts';
import { adviseContact, adviseSendTime } from '../../../lib/decision/timing/contact-advice.ts';
import { type Decide, type OfferDecision } from '../../../lib/decision/choice/decide-offer.ts';
import { type SendTimeStatsStore } from '../../../lib/decision/timing/send-time-stats-store.ts';
import { type PlacementStore } from '../../../lib/decision/placements/placement-store.ts';
import { Rejected } from '../../../lib/shared/errors.ts';
import { anonymousRef, type Customer, userRef } from '../../../lib/model/customer.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { issuesOf } from '../../../lib/shared/http/issues.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { type Clock } from '../../../lib/shared/time.ts';

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
 * Decides an offer for a customer at a placement. Looks for the user of that id, then for the
 * anonymous visitor. An unknown customer gets a decision that is not stored (`recorded: false`),
 * because a page may ask before its first touchpoint is folded.
 */
export function handleDecideRoutes({
  decide,
  profiles,
  habits,
  workspaces,
  placements,
  clock,
}: Dependencies): ApiRoutes {
  async function customerOf(workspace: string, id: string): Promise<Customer> {
    const anonymous = { workspace, customer: anonymousRef(id) };
    const user = { workspace, customer: userRef(id) };
    if (await profiles.get(user)) return user;
    return (await profiles.get(anonymous)) ? anonymous : user;
  }

  /**
   * Returns the send time and contact advice for the customer. Uses cached settings and send-time
   * statistics, which are read once an hour.
   */
  async function advice(workspace: string, { profile, decision }: OfferDecision, channel: string | undefined) {
    const [known, settings, placement] = await Promise.all([
      habits.get(workspace),
      workspaces.settings(workspace),
      placements.get(workspace, decision.placement),
    ]);
    const advising = {
      ...{ habits: known, channel, now: clock.now() },
      workspace: settings ?? { timezone: 'UTC', caps: [] },
    };
    const sendAt = adviseSendTime(profile, advising);
    return { ...(sendAt && { sendAt }), contact: adviseContact(advising, placement?.contact ?? costless) };
  }

  return {
    'POST /v1/decisions': async (request) => {
      const { customerId, placement, context, decisionId = randomUUID() } = readRequest(request.body());
      const customer = await customerOf(request.workspace, customerId);
      const decided = await decide({ customer, placement, decisionId, at: clock.now(), context });
      const { offer, propensity, reasons, policyVersion, voice } = decided.decision;
      const answer: DecisionAnswer = {
        ...{ decisionId, placement, offer, propensity, reasons, policyVersion, recorded: decided.recorded },
        ...(voice && { voice }),
        ...(await advice(request.workspace, decided, context?.channel)),
      };
      return { body: answer };
    },
  };
}
