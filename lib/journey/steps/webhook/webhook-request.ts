import { customerId } from '#lib/model/customer.ts';
import { isDeeperThan, type Json, type JsonObject } from '#lib/shared/json.ts';
import { type HttpAnswer, type HttpCall, maxResponseBytes } from '../../messaging/guarded-http-call.ts';
import { headerText, isOwnHeader } from '../../definition/http-header.ts';
import { interpolate, interpolateJson } from '../../messaging/render-template.ts';
import { signHeaders } from '../../messaging/webhook-signature.ts';
import { type StepOf } from '../../definition/step.ts';
import { type StepCall } from '../../execution/step-call.ts';
import { jsonHeaders } from '../../messaging/channels/webhook.ts';

/** Most nesting levels of a response body that is kept. A deeper one is stored as null. */
const maxDepth = 30;

/**
 * Default body of a webhook without one in its definition: the ids of the customer and the
 * enrolment.
 */
const about = ({ enrolment, stepId }: StepCall): JsonObject => {
  const { workspace, customer, journeyId, version, enrolmentId } = enrolment;
  return { workspace, customerId: customerId(customer), journeyId, version, enrolmentId, stepId };
};

/**
 * Builds the request of a `webhook` step. Its `webhook-id` is the id of the visit, so every retry
 * sends the same one.
 */
export function buildWebhookRequest(
  call: StepCall,
  step: StepOf<'webhook'>,
  { id, values, secrets, nowMs }: { id: string; values: JsonObject; secrets: readonly string[]; nowMs: number },
): HttpCall {
  const { url, method } = step;
  const bodiless = method === 'GET' || (method === 'DELETE' && !step.body);
  const body = bodiless ? '' : JSON.stringify(step.body ? interpolateJson(step.body, values) : about(call));
  const own = Object.entries(step.headers).filter(([name]) => isOwnHeader(name));
  const headers = {
    ...jsonHeaders,
    ...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), headerText(interpolate(value, values))])),
    'idempotency-key': id,
    ...signHeaders({ id, body, secrets }, nowMs),
  };
  return { workspace: call.enrolment.workspace, url, method, headers, ...(!bodiless && { body }) };
}

/**
 * Returns the response body: JSON if it parses, else text. Returns null for a body that is too long
 * or too deep.
 */
function bodyOf({ contentType, text, cut }: Extract<HttpAnswer, { outcome: 'answered' }>): Json {
  if (cut) return null;
  if (!/\bjson\b/i.test(contentType)) return fitting(text);
  try {
    const body = JSON.parse(text) as Json;
    return isDeeperThan(body, maxDepth) ? null : fitting(body);
  } catch {
    return fitting(text);
  }
}

/**
 * Returns null for a body longer than the limit. It is measured as JSON, where a text may be
 * longer.
 */
const fitting = (body: Json): Json => (Buffer.byteLength(JSON.stringify(body)) <= maxResponseBytes ? body : null);

/**
 * Returns what a step keeps of a response. Returns undefined for a failure: a status other than
 * 2xx, or no response.
 */
export function answerToKeep(answer: HttpAnswer): { status: number; body: Json } | undefined {
  if (answer.outcome !== 'answered' || answer.status < 200 || answer.status > 299) return undefined;
  return { status: answer.status, body: bodyOf(answer) };
}
