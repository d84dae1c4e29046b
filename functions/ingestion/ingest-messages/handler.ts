import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { answeringMs, inTime, type Invocation } from '../../../lib/shared/deadline.ts';
import { metricLine } from '../../../lib/aws/metrics.ts';
import { toProblem } from '../../../lib/aws/http/problem.ts';
import { NotFound, ThroughlineError, Unavailable } from '../../../lib/shared/errors.ts';
import { readBody, readStrangersBody } from '../../../lib/ingestion/request/request-body.ts';
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
} from '../../../lib/ingestion/message/parse-messages.ts';
import { corsHeaders } from '../../../lib/aws/http/cors.ts';
import { keyInBody, keyInHeader } from '../../../lib/ingestion/request/request-key.ts';
import { type KeyStore } from '../../../lib/ingestion/workspace/key-store.ts';
import { type TouchpointStore } from '../../../lib/ingestion/message/touchpoint-store.ts';
import { type JsonObject } from '../../../lib/shared/json.ts';
import { type Clock } from '../../../lib/shared/time.ts';

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

/**
 * `POST /v1/{kind}` as Segment's libraries call it. They drop a batch on any 4xx, so a 200 lists
 * rejected messages, including one that the table can never store. After a 200 all accepted
 * messages are stored. After any other answer a retry is safe. After a 503 for time, messages may
 * be counted twice; they are stored once.
 */
export function ingestMessages({ keys, touchpoints, clock, write }: IngestDependencies) {
  async function workspaceOf(key: string | undefined): Promise<string | undefined> {
    return key === undefined ? undefined : keys.open('write', key).catch(unavailable);
  }

  /**
   * Returns the body, and the workspace of the first valid key: an OAuth token in the header may
   * come with a write key in the body. The header goes first, so that only a known source gets a
   * 503 for a body broken in transit. Without a valid key in the header that body is a 400.
   */
  async function open(event: APIGatewayProxyEventV2): Promise<{ workspace: string; body: JsonObject }> {
    const known = await workspaceOf(keyInHeader(event.headers.authorization));
    if (known !== undefined) return { workspace: known, body: readBody(event) };
    const body = readStrangersBody(event);
    const workspace = await workspaceOf(keyInBody(body));
    if (workspace === undefined)
      throw new ThroughlineError('unauthorized', 'key.unknown', { hint: 'Basic auth or writeKey in the body' });
    return { workspace, body };
  }

  async function take(event: APIGatewayProxyEventV2, kind: Exclude<RouteKind, 'metrics'>, until: number) {
    const receivedAt = Date.parse(clock.now());
    const { workspace, body } = await open(event);
    const sorted = parseMessages(kind, body, receivedAt);
    if (isStrict(event)) rejectIfAny(sorted);
    const withinMs = until - performance.now() - writeReserveMs;
    const refused = await touchpoints.save(sorted.accepted, { workspace, receivedAt, withinMs });
    const stored = withoutRefused(sorted, refused);
    if (isStrict(event)) rejectIfAny(stored, stored.accepted.length);
    write(countLine(stored, receivedAt));
    return toResponse(verdictOf(stored));
  }

  function refuse(error: unknown, event: APIGatewayProxyEventV2): APIGatewayProxyStructuredResultV2 {
    const code = error instanceof ThroughlineError ? error.code : 'internal';
    if (code === 'internal') console.error(error);
    write(metricLine('ingestion/collect', { refused: 1 }, { now: Date.parse(clock.now()), code }));
    return toProblem(error, event.requestContext.requestId);
  }

  return async (event: APIGatewayProxyEventV2, context: Invocation): Promise<APIGatewayProxyStructuredResultV2> => {
    let response: APIGatewayProxyStructuredResultV2;
    try {
      const kind = readKind(event);
      const withinMs = answeringMs(context, maxHandlingMs);
      const taking = kind !== 'metrics' && take(event, kind, performance.now() + withinMs);
      const late = (): Unavailable => new Unavailable('store.unavailable', { withinMs });
      response = taking ? await inTime(taking, withinMs, late) : toResponse({ success: true });
    } catch (error) {
      response = refuse(error, event);
    }
    const requestId = event.headers['x-request-id'];
    const traced = requestId !== undefined && { 'x-request-id': requestId };
    return { ...response, headers: { ...response.headers, ...corsHeaders, ...traced } };
  };
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
