import { Unavailable } from '#lib/shared/errors.ts';
import { deterministicId } from '#lib/shared/ids.ts';
import { type Json, type JsonObject } from '#lib/shared/json.ts';
import { type Clock } from '#lib/shared/time.ts';
import { type StepCall, stepOf } from '../../execution/step-call.ts';
import { type StepBlocked } from '../../execution/step-guard.ts';
import { type CallUrl, type HttpAnswer } from '../../messaging/guarded-http-call.ts';
import { type GuardedStepDependencies, readGuardedProfile } from '../guarded-profile.ts';
import { templateValues } from '../template-values.ts';
import { answerToKeep, buildWebhookRequest } from './webhook-request.ts';

/** The HTTP client, secrets and stores that a webhook step uses. */
export interface WebhookDependencies extends GuardedStepDependencies {
  call: CallUrl;
  secrets: (workspace: string) => Promise<readonly string[]>;
  clock: Clock;
  /** Reports the outcome of each call. */
  report: (outcome: 'answered' | 'failed', call: { journeyId: string; host: string; reason?: string }) => void;
}

/** What later steps read: `{{vars.<as>.body.…}}`. */
export type WebhookResult =
  { status: number; body: Json; because: JsonObject } | { status: 'left'; because: JsonObject } | StepBlocked;

const reasonOf = (answer: HttpAnswer): string =>
  answer.outcome === 'answered' ? `http-${answer.status}` : answer.reason;

/**
 * Calls a URL and returns the answer. Throws on anything but a 2xx, and Step Functions retries as
 * the step says. The receiver may get a call twice, under one `webhook-id`. Sends nothing for a
 * customer who has left the journey.
 */
export async function callWebhook(dependencies: WebhookDependencies, call: StepCall): Promise<WebhookResult> {
  const { call: callUrl, secrets, clock, report } = dependencies;
  const step = stepOf(call, 'webhook');
  const { enrolmentId, workspace, journeyId } = call.enrolment;
  const guarded = await readGuardedProfile(dependencies, call);
  if ('blocked' in guarded) return guarded.blocked;
  const { profile } = guarded;
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
  const reason = reasonOf(answer);
  report('failed', { journeyId, host, reason });
  throw new Unavailable('webhook.failed', { enrolmentId, stepId: call.stepId, webhookId: id, reason });
}
