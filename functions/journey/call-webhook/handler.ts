import { StepCall } from '#lib/journey/execution/step-call.ts';
import { callWebhook, type WebhookDependencies, type WebhookResult } from '#lib/journey/steps/webhook/call-webhook.ts';

/** The step `webhook`: calls a URL and returns the answer (`callWebhook`). */
export function callStepWebhook(dependencies: WebhookDependencies) {
  return async (event: unknown): Promise<WebhookResult> => callWebhook(dependencies, StepCall.parse(event));
}
