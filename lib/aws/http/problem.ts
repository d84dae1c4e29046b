import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { type ErrorDetails, ThroughlineError, Unavailable } from '../../shared/errors.ts';
import { bounded } from '../../shared/trim.ts';

/**
 * An error in an API answer: RFC 9457, with a stable `code` and a `message` for SDKs that expect
 * one.
 */
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

/**
 * Returns an error of the family. An SDK error after its last retry (timeout, no connection,
 * service fault) becomes `Unavailable`. Undefined for others.
 */
function asOurs(error: unknown): ThroughlineError | undefined {
  if (error instanceof ThroughlineError) return error;
  const { $metadata, $fault } = (error ?? {}) as { $metadata?: unknown; $fault?: unknown }; // what the SDK puts on its errors
  const gaveUp = $metadata !== undefined && $fault !== 'client';
  return gaveUp ? new Unavailable('service.unavailable', { cause: error }) : undefined;
}

/** Limit of a text in the facts, characters. Input is repeated to be recognised only. */
const maxTextLength = 1_000;

/** Returns the facts with every text cut to the limit. */
const shortened = (facts: ErrorDetails): unknown =>
  JSON.parse(
    JSON.stringify(facts, (_key, value: unknown) =>
      typeof value === 'string' && value.length > maxTextLength ? `${value.slice(0, maxTextLength)}…` : value,
    ),
  );

/**
 * Returns facts that fit an answer: texts are cut, and the longest lists if there are too many
 * entries.
 */
function boundedFacts(facts: ErrorDetails): object {
  const lists = Object.keys(facts).filter((name) => Array.isArray(facts[name]));
  return bounded(z.looseObject({}).parse(shortened(facts)), lists);
}

/** Returns the seconds until a retry: those of the error, else 1. */
function retryAfter({ retryAfterSeconds }: ErrorDetails): string {
  return typeof retryAfterSeconds === 'number' ? String(retryAfterSeconds) : '1';
}

/** What an error outside of the family shows. */
const internalError: Pick<ThroughlineError, 'status' | 'code' | 'facts'> = { status: 500, code: 'internal', facts: {} };

/** Maps an error to a response; nothing else does. Shows the facts of the family's errors only. */
export function toProblem(error: unknown, requestId: string): APIGatewayProxyStructuredResultV2 {
  const { status, code, facts } = asOurs(error) ?? internalError;
  const title = titles[status] ?? 'Internal error';
  const message = `${title}: ${code}`;
  const body: Problem = {
    type: 'about:blank',
    title,
    status,
    code,
    message,
    instance: requestId,
    ...boundedFacts(facts),
  };
  const retry = status === 429 || status === 503 ? { 'retry-after': retryAfter(facts) } : {};
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...retry },
    body: JSON.stringify(body),
  };
}
