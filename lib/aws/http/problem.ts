import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { type ErrorDetails, ThroughlineError, Unavailable } from '../../shared/errors.ts';
import { bounded } from '../../shared/trim.ts';

/** An error as callers see it: RFC 9457, with our stable `code` and a `message` for SDKs that look for one. */
export const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  message: z.string(),
  instance: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

const titles: Record<number, string> = {
  400: 'Bad request',
  401: 'Unauthorized',
  404: 'Not found',
  409: 'Conflict',
  412: 'Precondition failed',
  413: 'Too large',
  422: 'Invalid',
  428: 'Precondition required',
  429: 'Too many requests',
  503: 'Unavailable',
};

/** An error of our family. One is made of what an SDK client gave up on: no answer in time, no connection, trouble at the service. */
function asOurs(error: unknown): ThroughlineError | undefined {
  if (error instanceof ThroughlineError) return error;
  const { $metadata, $fault } = (error ?? {}) as { $metadata?: unknown; $fault?: unknown }; // what the SDK puts on its errors
  const gaveUp = $metadata !== undefined && $fault !== 'client';
  return gaveUp ? new Unavailable('service.unavailable', { cause: error }) : undefined;
}

/** Longest text of a fact, in characters: what a caller sent is repeated to be recognised, not to be sent back. */
const maxTextLength = 1_000;

/** Facts with no text longer than that. */
const shortened = (facts: ErrorDetails): unknown =>
  JSON.parse(
    JSON.stringify(facts, (_key, value: unknown) =>
      typeof value === 'string' && value.length > maxTextLength ? `${value.slice(0, maxTextLength)}…` : value,
    ),
  );

/** Facts within the limit of an answer: long texts are cut, and the longest lists where there are too many entries. */
function boundedFacts(facts: ErrorDetails): object {
  const lists = Object.keys(facts).filter((name) => Array.isArray(facts[name]));
  return bounded(z.looseObject({}).parse(shortened(facts)), lists);
}

/** Seconds after which the same may be asked again: as the error says, else soon. */
function retryAfter({ retryAfterSeconds }: ErrorDetails = {}): string {
  return typeof retryAfterSeconds === 'number' ? String(retryAfterSeconds) : '1';
}

/** The one place an error becomes a response. Facts of our own errors are shown; nothing of any other error is. */
export function toProblem(error: unknown, requestId: string): APIGatewayProxyStructuredResultV2 {
  const ours = asOurs(error);
  const status = ours?.status ?? 500;
  const title = titles[status] ?? 'Internal error';
  const code = ours?.code ?? 'internal';
  const message = `${title}: ${code}`;
  const body: Problem = {
    type: 'about:blank',
    title,
    status,
    code,
    message,
    instance: requestId,
    ...boundedFacts(ours?.facts ?? {}),
  };
  const retry = status === 429 || status === 503 ? { 'retry-after': retryAfter(ours?.facts) } : {};
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...retry },
    body: JSON.stringify(body),
  };
}
