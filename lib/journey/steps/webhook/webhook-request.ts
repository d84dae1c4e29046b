import { customerId } from '../../../model/customer.ts';
import { isDeeperThan, type Json, type JsonObject } from '../../../shared/json.ts';
import { type HttpAnswer, type HttpCall, maxResponseBytes } from '../../messaging/guarded-http-call.ts';
import { headerText, isOwnHeader } from '../../definition/http-header.ts';
import { interpolate, interpolateJson } from '../../messaging/render-template.ts';
import { signHeaders } from '../../messaging/webhook-signature.ts';
import { type StepOf } from '../../definition/step.ts';
import { type StepCall } from '../../execution/step-call.ts';
import { jsonHeaders } from '../../messaging/channels/webhook.ts';

/** Levels of an answer's nesting past which it is no answer anybody reads. */
const maxDepth = 30;

/** What the receiver is told where the author says nothing: who it is about. */
const about = ({ enrolment, stepId }: StepCall): JsonObject => {
  const { workspace, customer, journeyId, version, enrolmentId } = enrolment;
  return { workspace, customerId: customerId(customer), journeyId, version, enrolmentId, stepId };
};

/** The request of a `webhook` step. Its `webhook-id` is that of the visit: the same for every try. */
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

/** JSON where it is that and small enough, else text; null for what is too long to be kept. */
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

/** Written as JSON a text may be longer than it was. */
const fitting = (body: Json): Json => (Buffer.byteLength(JSON.stringify(body)) <= maxResponseBytes ? body : null);

/** What a step keeps of an answer. Undefined for one that is a failure: other than 2xx, or none. */
export function answerToKeep(answer: HttpAnswer): { status: number; body: Json } | undefined {
  if (answer.outcome !== 'answered' || answer.status < 200 || answer.status > 299) return undefined;
  return { status: answer.status, body: bodyOf(answer) };
}
