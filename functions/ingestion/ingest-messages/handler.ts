import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { answeringMs, inTime, type Invocation } from '#lib/shared/deadline.ts';
import { metricLine } from '#lib/aws/metrics.ts';
import { toProblem } from '#lib/aws/http/problem.ts';
import { NotFound, ThroughlineError, Unavailable } from '#lib/shared/errors.ts';
import { readBody, readStrangersBody } from '#lib/ingestion/request/request-body.ts';
import {
  type RouteKind,
  type ParsedBatch,
  rejectionCounts,
  routeKind,
  rejectIfAny,
  rejectedCount,
  parseMessages,
  verdictOf,
  withoutRefused,
} from '#lib/ingestion/message/parse-messages.ts';
import { corsHeaders } from '#lib/aws/http/cors.ts';
import { keyInBody, keyInHeader } from '#lib/ingestion/request/request-key.ts';
import { type KeyStore } from '#lib/ingestion/workspace/key-store.ts';
import { type TouchpointStore } from '#lib/ingestion/message/touchpoint-store.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { type Clock } from '#lib/shared/time.ts';

export interface IngestDependencies {
  keys: Pick<KeyStore, 'open'>;
  touchpoints: TouchpointStore;
  clock: Clock;
  /** Writes the line of metrics, at most one a request. */
  write: (line: string | undefined) => void;
}

/** Reserve for the last attempt to store, ms. */
const writeReserveMs = 500;

/** Maximum time to the answer, ms. The Node library hangs up after 10 s. */
const maxHandlingMs = 9_000;

const isStrict = ({ headers }: APIGatewayProxyEventV2): boolean => headers['x-strict-mode'] === '1';

function toResponse(body: unknown): APIGatewayProxyStructuredResultV2 {
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function readKind(event: APIGatewayProxyEventV2): RouteKind {
  const path = event.pathParameters?.kind ?? '';
  const kind = routeKind(path);
  if (!kind) throw new NotFound('route.unknown', { route: `POST /v1/${path}` });
  return kind;
}

function unavailable(cause: unknown): never {
  console.error(cause);
  throw new Unavailable('store.unavailable', { cause });
}

function countLine({ accepted, rejected, warned }: ParsedBatch, now: number): string | undefined {
  const counts = { accepted: accepted.length, rejected: rejectedCount(rejected), warned };
  return metricLine('ingestion/collect', counts, {
    now,
    ...(rejected.length > 0 && { codes: rejectionCounts(rejected) }),
  });
}

async function workspaceOf(keys: IngestDependencies['keys'], key: string | undefined): Promise<string | undefined> {
  return key === undefined ? undefined : keys.open('write', key).catch(unavailable);
}

/**
 * Returns the body, and the workspace of the first valid key: an OAuth token in the header may come
 * with a write key in the body. The header goes first, so that only a known source gets a 503 for a
 * body broken in transit. Without a valid key in the header that body is a 400.
 */
async function openRequest(
  keys: IngestDependencies['keys'],
  event: APIGatewayProxyEventV2,
): Promise<{ workspace: string; body: JsonObject }> {
  const known = await workspaceOf(keys, keyInHeader(event.headers.authorization));
  if (known !== undefined) return { workspace: known, body: readBody(event) };
  const body = readStrangersBody(event);
  const workspace = await workspaceOf(keys, keyInBody(body));
  if (workspace === undefined)
    throw new ThroughlineError('unauthorized', 'key.unknown', { hint: 'Basic auth or writeKey in the body' });
  return { workspace, body };
}

/** Stores the messages of a request until `until`, in ms of `performance.now`. */
async function ingest(
  { keys, touchpoints, clock, write }: IngestDependencies,
  event: APIGatewayProxyEventV2,
  { kind, until }: { kind: Exclude<RouteKind, 'metrics'>; until: number },
): Promise<APIGatewayProxyStructuredResultV2> {
  const receivedAt = Date.parse(clock.now());
  const { workspace, body } = await openRequest(keys, event);
  const parsed = parseMessages(kind, body, receivedAt);
  if (isStrict(event)) rejectIfAny(parsed);
  const withinMs = until - performance.now() - writeReserveMs;
  const refused = await touchpoints.save(parsed.accepted, { workspace, receivedAt, withinMs });
  const stored = withoutRefused(parsed, refused);
  if (isStrict(event)) rejectIfAny(stored, stored.accepted.length);
  write(countLine(stored, receivedAt));
  return toResponse(verdictOf(stored));
}

async function answer(
  dependencies: IngestDependencies,
  event: APIGatewayProxyEventV2,
  context: Invocation,
): Promise<APIGatewayProxyStructuredResultV2> {
  const kind = readKind(event);
  if (kind === 'metrics') return toResponse({ success: true });
  const withinMs = answeringMs(context, maxHandlingMs);
  const late = (): Unavailable => new Unavailable('store.unavailable', { withinMs });
  return inTime(ingest(dependencies, event, { kind, until: performance.now() + withinMs }), withinMs, late);
}

function toErrorResponse(
  { clock, write }: IngestDependencies,
  event: APIGatewayProxyEventV2,
  error: unknown,
): APIGatewayProxyStructuredResultV2 {
  const code = error instanceof ThroughlineError ? error.code : 'internal';
  if (code === 'internal') console.error(error);
  write(metricLine('ingestion/collect', { refused: 1 }, { now: Date.parse(clock.now()), code }));
  return toProblem(error, event.requestContext.requestId);
}

/**
 * `POST /v1/{kind}` as Segment's libraries call it. They drop a batch on any 4xx, so a 200 lists
 * rejected messages, including one that the table can never store. After a 200 all accepted
 * messages are stored. After any other answer a retry is safe. After a 503 for time, messages may
 * be counted twice; they are stored once.
 */
export function ingestMessages(dependencies: IngestDependencies) {
  return async (event: APIGatewayProxyEventV2, context: Invocation): Promise<APIGatewayProxyStructuredResultV2> => {
    const response = await answer(dependencies, event, context).catch((error: unknown) =>
      toErrorResponse(dependencies, event, error),
    );
    const requestId = event.headers['x-request-id'];
    const traced = requestId !== undefined && { 'x-request-id': requestId };
    return { ...response, headers: { ...response.headers, ...corsHeaders, ...traced } };
  };
}
