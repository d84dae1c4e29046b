import { NotFound, Unavailable } from '../../../lib/shared/errors.ts';
import { deterministicId } from '../../../lib/shared/ids.ts';
import { type StepGuard, type StepBlocked } from '../../../lib/journey/execution/step-guard.ts';
import { type CallUrl } from '../../../lib/journey/messaging/guarded-http-call.ts';
import { StepCall, stepOf } from '../../../lib/journey/execution/step-call.ts';
import { templateValues } from '../../../lib/journey/steps/template-values.ts';
import { answerToKeep, buildWebhookRequest } from '../../../lib/journey/steps/webhook/webhook-request.ts';
import { type Json, type JsonObject } from '../../../lib/shared/json.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { type Clock } from '../../../lib/shared/time.ts';

interface Dependencies {
  profiles: ProfileStore;
  gate: StepGuard;
  call: CallUrl;
  secrets: (workspace: string) => Promise<readonly string[]>;
  clock: Clock;
  /** Reports the outcome of each call. */
  report: (outcome: 'answered' | 'failed', call: { journeyId: string; host: string; reason?: string }) => void;
}

/** What later steps read: `{{vars.<as>.body.…}}`. */
type Result =
  { status: number; body: Json; because: JsonObject } | { status: 'left'; because: JsonObject } | StepBlocked;

/**
 * The step `webhook`: calls a URL and returns the answer. Throws on anything but a 2xx, and Step
 * Functions retries as the step says. The receiver may get a call twice, under one `webhook-id`.
 * Sends nothing for a customer who has left the journey.
 */
export function callStepWebhook({ profiles, gate, call: callUrl, secrets, clock, report }: Dependencies) {
  return async (event: unknown): Promise<Result> => {
    const call = StepCall.parse(event);
    const step = stepOf(call, 'webhook');
    const { enrolmentId, workspace, journeyId } = call.enrolment;
    const profile = await profiles.get(call.enrolment);
    if (!profile) throw new NotFound('customer.unknown', { enrolmentId });
    const stopped = await gate(call, profile);
    if (stopped) return stopped;
    if (!Object.hasOwn(profile.journeys, enrolmentId)) return { status: 'left', because: {} };
    const id = deterministicId('webhook', enrolmentId, call.stepId, call.occurrence);
    const answer = await callUrl(
      buildWebhookRequest(call, step, {
        id,
        values: templateValues(call, profile),
        secrets: await secrets(workspace),
        nowMs: Date.parse(clock.now()),
      }),
    );
    const { host } = new URL(step.url);
    const kept = answerToKeep(answer);
    if (kept) {
      report('answered', { journeyId, host });
      return { ...kept, because: { webhookId: id, host } };
    }
    const reason = answer.outcome === 'answered' ? `http-${answer.status}` : answer.reason;
    report('failed', { journeyId, host, reason });
    throw new Unavailable('webhook.failed', { enrolmentId, stepId: call.stepId, webhookId: id, reason });
  };
}
