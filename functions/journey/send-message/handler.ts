import { findPermanentRefusal } from '../../../lib/aws/table/write-refusal.ts';
import { NotFound, Unavailable } from '../../../lib/shared/errors.ts';
import { customerId } from '../../../lib/model/customer.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { SendChannel } from '../../../lib/model/workspace.ts';
import { type JsonObject } from '../../../lib/shared/json.ts';
import { type StepOf } from '../../../lib/journey/definition/step.ts';
import { type DeliverMessage } from '../../../lib/journey/messaging/deliver.ts';
import { type StepGuard, type StepBlocked } from '../../../lib/journey/execution/step-guard.ts';
import { deterministicId } from '../../../lib/shared/ids.ts';
import { readVersionedProfile, type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { renderMessage } from '../../../lib/journey/messaging/render-template.ts';
import { decisionDetails, decideSend, type SendInput } from '../../../lib/journey/messaging/decide-send.ts';
import {
  type SendClaim,
  type EarlierSend,
  type SendOutcome,
  type SendEntry,
  type SendStore,
} from '../../../lib/journey/messaging/send-ledger-store.ts';
import { StepCall, stepOf } from '../../../lib/journey/execution/step-call.ts';
import { templateValues } from '../../../lib/journey/steps/template-values.ts';
import { type Clock, type Instant } from '../../../lib/shared/time.ts';

interface Dependencies {
  profiles: ProfileStore;
  workspaces: WorkspaceStore;
  sends: SendStore;
  deliver: Partial<Record<SendChannel, DeliverMessage>>;
  gate: StepGuard;
  clock: Clock;
  /** Reports the outcome of each call. `unknown` needs an operator's attention. */
  report: (
    status: SendOutcome['status'] | 'deferred' | StepBlocked['gate'],
    call: { sendId: string; journeyId: string; reason?: string | undefined },
  ) => void;
}

/**
 * `deferred`: nothing is claimed, and the journey calls again at `until`. `because`: the inputs of
 * the decision.
 */
type Result =
  | (SendOutcome & { messageId: string; because: JsonObject })
  | { status: 'deferred'; until: Instant; because: JsonObject }
  | StepBlocked;

/**
 * Maximum attempts of one call. Each concurrent change of the profile or the caps costs another.
 */
const maxTries = 10;

function entryOf({ enrolment, stepId, occurrence }: StepCall, { channel, purpose }: StepOf<'send'>): SendEntry {
  const { workspace, customer, enrolmentId, journeyId } = enrolment;
  const sendId = deterministicId('send', enrolmentId, stepId, occurrence);
  return { owner: { workspace, customer }, sendId, enrolmentId, journeyId, stepId, channel, purpose };
}

/**
 * The step `send`: sends a message at most once per visit. The ledger is claimed before the
 * provider is called and settled after. A retry that finds its claim unsettled reports `unknown`
 * and sends nothing. Safe to crash before the claim. An ended send returns its first outcome again.
 * Throws for a claim that DynamoDB can never take.
 */
export function sendStepMessage({ profiles, workspaces, sends, deliver, gate, clock, report }: Dependencies) {
  const channels = new Set(SendChannel.options.filter((channel) => deliver[channel]));

  /**
   * Returns the outcome, stored or not: if DynamoDB can never take it, the ledger says `claimed`
   * for good.
   */
  async function settled(claim: Omit<SendClaim, 'customer' | 'contacts'>, end: SendOutcome): Promise<SendOutcome> {
    try {
      await sends.settle(claim, end);
    } catch (error) {
      if (!findPermanentRefusal(error)) throw error;
      console.error('not settled', claim.entry.sendId, end.status, error);
    }
    return end;
  }

  /** Returns the outcome of a visit that an earlier attempt began. */
  async function afterEarlier(
    earlier: EarlierSend,
    claim: Omit<SendClaim, 'customer' | 'contacts'>,
  ): Promise<SendOutcome> {
    if (earlier.status !== 'claimed') return earlier;
    return settled({ ...claim, at: earlier.at }, { status: 'unknown', reason: 'interrupted' });
  }

  /** Attempts the send once. Returns undefined if an input of the decision changed. */
  async function attempt(call: StepCall, step: StepOf<'send'>): Promise<Result | undefined> {
    const entry = entryOf(call, step);
    const messageId = entry.sendId;
    const { owner, enrolmentId } = entry;
    const [stored, workspace] = await Promise.all([
      readVersionedProfile(profiles, owner),
      workspaces.settings(owner.workspace),
    ]);
    if (!stored || !workspace) throw new NotFound('customer.unknown', { enrolmentId });
    const { profile } = stored;
    const stopped = await gate(call, profile);
    if (stopped) return stopped;
    const contacts = workspace.caps.length > 0 ? await sends.contacts(profile) : undefined;
    const at = clock.now();
    const { held } = call.enrolment.run;
    const sending: SendInput = {
      ...{ step, enrolmentId, profile, workspace, hours: call.hours, channels },
      ...{ contacts: contacts?.recent ?? [], now: at },
      ...(held?.stepId === call.stepId && { heldSince: held.since }),
    };
    const decision = decideSend(sending);
    const because = decisionDetails(sending);
    if (decision.action === 'defer') return { status: 'deferred', until: decision.until, because };

    const message = renderMessage(step.template, templateValues(call, profile));
    const to = decision.action === 'send' ? decision.to : '';
    const claim = { entry, at, to, message };
    if (decision.action === 'skip') {
      const end = await sends.skip(entry, at, decision.reason);
      return { ...(await afterEarlier(end, claim)), messageId, because };
    }
    const claimed = await sends.claim({ ...claim, customer: profile, contacts });
    if (claimed === 'changed') return undefined;
    if (claimed !== 'claimed') return { ...(await afterEarlier(claimed, claim)), messageId, because };
    const about = {
      workspace: owner.workspace,
      customerId: customerId(profile.customer),
      journeyId: entry.journeyId,
      stepId: entry.stepId,
    };
    const deliverOn = deliver[step.channel];
    const end: SendOutcome = deliverOn
      ? await deliverOn({
          ...{ channel: step.channel, purpose: step.purpose, to, message, idempotencyKey: messageId },
          ...{ owner, at, about },
        })
      : { status: 'failed', reason: 'channel-not-configured' };
    return { ...(await settled(claim, end)), messageId, because };
  }

  return async (event: unknown): Promise<Result> => {
    const call = StepCall.parse(event);
    const step = stepOf(call, 'send');
    for (let tries = 0; tries < maxTries; tries++) {
      const result = await attempt(call, step);
      if (!result) continue;
      const reason = 'reason' in result ? result.reason : undefined;
      report('gate' in result ? result.gate : result.status, {
        sendId: entryOf(call, step).sendId,
        journeyId: call.enrolment.journeyId,
        reason,
      });
      return result;
    }
    throw new Unavailable('send.contended', { enrolmentId: call.enrolment.enrolmentId, stepId: call.stepId });
  };
}
