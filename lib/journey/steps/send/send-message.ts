import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type Profile } from '#lib/model/profile.ts';
import { SendChannel, type Workspace } from '#lib/model/workspace.ts';
import { type ProfileStore, readVersionedProfile } from '#lib/profile/profile-store.ts';
import { NotFound, Unavailable } from '#lib/shared/errors.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { compact } from '#lib/shared/records.ts';
import { conflict, retryOnConflict } from '#lib/shared/retry.ts';
import { type Clock, type Instant } from '#lib/shared/time.ts';
import { type StepOf } from '../../definition/step.ts';
import { type StepCall, stepOf } from '../../execution/step-call.ts';
import { type StepBlocked, type StepGuard } from '../../execution/step-guard.ts';
import { decideSend, decisionDetails, type SendInput } from '../../messaging/decide-send.ts';
import { renderMessage } from '../../messaging/render-template.ts';
import {
  type RecentContacts,
  type SendAttempt,
  type SendEntry,
  type SendOutcome,
} from '../../messaging/send-ledger.ts';
import { templateValues } from '../template-values.ts';
import { claimAndDeliver, type DeliveryDependencies, finishEarlierSend, toOutgoing } from './claim-and-deliver.ts';
import { toSendEntry } from './send-entry.ts';

/** The stores, channels and clock that a send uses. */
export interface SendDependencies extends DeliveryDependencies {
  profiles: ProfileStore;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  gate: StepGuard;
  clock: Clock;
}

/**
 * `deferred`: nothing is claimed, and the journey calls again at `until`. `because`: the inputs of
 * the decision.
 */
export type SendResult =
  | (SendOutcome & { messageId: string; because: JsonObject })
  | { status: 'deferred'; until: Instant; because: JsonObject }
  | StepBlocked;

/** One visit of the step. */
interface SendVisit {
  call: StepCall;
  step: StepOf<'send'>;
  entry: SendEntry;
}

/** What the decision and the message are made of. */
interface SendContext {
  profile: Profile;
  workspace: Workspace;
  /** Undefined if the workspace has no caps. */
  contacts: RecentContacts | undefined;
}

/**
 * Maximum attempts of one call. Each concurrent change of the profile or the caps costs another.
 */
const maxTries = 10;

async function readCustomer(
  { profiles, workspaces }: SendDependencies,
  { owner, enrolmentId }: SendEntry,
): Promise<Pick<SendContext, 'profile' | 'workspace'>> {
  const [stored, workspace] = await Promise.all([
    readVersionedProfile(profiles, owner),
    workspaces.settings(owner.workspace),
  ]);
  if (!stored || !workspace) throw new NotFound('customer.unknown', { enrolmentId });
  return { profile: stored.profile, workspace };
}

function toSendInput(
  { deliver, clock }: SendDependencies,
  { call, step }: SendVisit,
  { profile, workspace, contacts }: SendContext,
): SendInput {
  const { enrolmentId, run } = call.enrolment;
  return {
    step,
    enrolmentId,
    profile,
    workspace,
    hours: call.hours,
    channels: new Set(SendChannel.options.filter((channel) => deliver[channel])),
    contacts: contacts?.recent ?? [],
    now: clock.now(),
    ...compact({ heldSince: run.held?.stepId === call.stepId ? run.held.since : undefined }),
  };
}

/** Attempts the send once. Returns `conflict` if an input of the decision changed. */
async function attemptSend(dependencies: SendDependencies, visit: SendVisit): Promise<SendResult | typeof conflict> {
  const { sends, gate } = dependencies;
  const { call, step, entry } = visit;
  const { profile, workspace } = await readCustomer(dependencies, entry);
  const blocked = await gate(call, profile);
  if (blocked) return blocked;
  const contacts = workspace.caps.length > 0 ? await sends.readContacts(profile) : undefined;
  const input = toSendInput(dependencies, visit, { profile, workspace, contacts });
  const decision = decideSend(input);
  const because = decisionDetails(input);
  if (decision.action === 'defer') return { status: 'deferred', until: decision.until, because };
  const attempt: SendAttempt = {
    entry,
    at: input.now,
    to: decision.action === 'send' ? decision.to : '',
    message: renderMessage(step.template, templateValues(call, profile)),
  };
  const outcome =
    decision.action === 'skip'
      ? await finishEarlierSend(sends, attempt, await sends.skip(entry, input.now, decision.reason))
      : await claimAndDeliver(
          dependencies,
          { ...attempt, customer: profile, contacts },
          toOutgoing(step, attempt, profile),
        );
  return outcome === conflict ? conflict : { ...outcome, messageId: entry.sendId, because };
}

/**
 * Sends a message at most once per visit. The ledger is claimed before the provider is called and
 * settled after. A retry that finds its claim unsettled reports `unknown` and sends nothing. Safe
 * to crash before the claim. An ended send returns its first outcome again. Throws for a claim that
 * DynamoDB can never take.
 */
export async function sendMessage(dependencies: SendDependencies, call: StepCall): Promise<SendResult> {
  const step = stepOf(call, 'send');
  const { enrolment, stepId } = call;
  const contended = (): Error => new Unavailable('send.contended', { enrolmentId: enrolment.enrolmentId, stepId });
  const visit = { call, step, entry: toSendEntry(call, step) };
  return retryOnConflict({ maxTries, contended }, () => attemptSend(dependencies, visit));
}
