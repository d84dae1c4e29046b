import { randomUUID } from 'node:crypto';
import { type ApiRoutes } from '../../../lib/aws/http.ts';
import { DecisionRequest, type DecisionAnswer } from '../../../lib/decision/decision.ts';
import { type Decide } from '../../../lib/decision/decide.ts';
import { Rejected } from '../../../lib/errors.ts';
import { anonymousRef, type Customer, userRef } from '../../../lib/identity/customer.ts';
import { issuesOf } from '../../../lib/issues.ts';
import { type ProfileStore } from '../../../lib/profile/store.ts';
import { type Clock } from '../../../lib/time.ts';

interface Dependencies {
  decide: Decide;
  profiles: ProfileStore;
  clock: Clock;
}

function readRequest(body: unknown): DecisionRequest {
  const read = DecisionRequest.safeParse(body);
  if (!read.success) throw new Rejected('decision.invalid', { issues: issuesOf(read.error) });
  return read.data;
}

/**
 * The offer for a customer at a placement. The user of that id, else the anonymous visitor, else somebody we have never seen: who
 * gets an answer too, of which nothing is stored (`recorded: false`), as a page asks before its first touchpoint is folded.
 */
export function decideRoutes({ decide, profiles, clock }: Dependencies): ApiRoutes {
  async function customerOf(workspace: string, id: string): Promise<Customer> {
    const anonymous = { workspace, customer: anonymousRef(id) };
    const user = { workspace, customer: userRef(id) };
    if (await profiles.get(user)) return user;
    return (await profiles.get(anonymous)) ? anonymous : user;
  }

  return {
    'POST /v1/decisions': async (request) => {
      const { customerId, placement, context, decisionId = randomUUID() } = readRequest(request.body());
      const customer = await customerOf(request.workspace, customerId);
      const { decision, recorded } = await decide({ customer, placement, decisionId, at: clock.now(), context });
      const { offer, propensity, reasons, policyVersion } = decision;
      const answer: DecisionAnswer = {
        ...{ decisionId, placement: decision.placement, offer, propensity, reasons, policyVersion, recorded },
      };
      return { body: answer };
    },
  };
}
