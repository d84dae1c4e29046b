import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { NotFound, Rejected, ThroughlineError, Unavailable } from '../../shared/errors.ts';
import { corsHeaders } from './cors.ts';
import { isDeeperThan } from '../../shared/json.ts';
import { answeringMs, inTime, type Invocation } from '../../shared/deadline.ts';
import { toProblem } from './problem.ts';

/**
 * A request to the back-office API: the workspace of its secret key, and the parts of the URL as
 * the gateway decoded them.
 */
export interface ApiRequest {
  workspace: string;
  params: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string>;
  /**
   * Returns the parsed JSON body, `{}` if there is none. Throws `Rejected('body.not-json')`, and
   * `Rejected('body.too-deep')` past 60 levels.
   */
  body(): unknown;
}

/** An answer of a route. The status defaults to 200. */
export interface ApiResponse {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

/** Routes by API Gateway's route key, `GET /v1/customers/{id}`. */
export type ApiRoutes = Record<string, (request: ApiRequest) => Promise<ApiResponse>>;

/** Resolves secret keys: `open` returns the workspace of a key, or undefined for an unknown key. */
export interface SecretKeys {
  open(kind: 'secret', key: string): Promise<string | undefined>;
}

type Handler = (event: APIGatewayProxyEventV2, context: Invocation) => Promise<APIGatewayProxyStructuredResultV2>;

/**
 * Limit of the time to an answer, ms. The gateway times out after 29 s, which include a cold start
 * of three to four seconds. A request that timed out may have succeeded. Every request may be
 * retried.
 */
const maxAnsweringMs = 25_000;

/** Returns a response of JSON. */
export function json({ status = 200, headers = {}, body }: ApiResponse): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...corsHeaders,
      ...headers,
    },
    body: JSON.stringify(body),
  };
}

/**
 * Middleware that turns every error into problem+json. An error outside the family is logged, and
 * answered as a 500 without details.
 */
export function problemJson(): middy.MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    onError: (request) => {
      if (!(request.error instanceof ThroughlineError)) console.error(request.error);
      const response = toProblem(request.error, request.event.requestContext.requestId);
      request.response = { ...response, headers: { ...response.headers, ...corsHeaders } };
    },
  };
}

/** Returns the body of a request as text. */
export function textBody(event: APIGatewayProxyEventV2): string {
  const body = event.body ?? '';
  return event.isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
}

/**
 * Limit of a body's nesting, levels. No document here has as many, and the parser's stack needs far
 * more to overflow.
 */
const maxDepth = 60;

function parseBody(event: APIGatewayProxyEventV2): unknown {
  const body = parsed(textBody(event));
  if (isDeeperThan(body, maxDepth)) throw new Rejected('body.too-deep', { levels: maxDepth });
  return body;
}

function parsed(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch (cause) {
    throw new Rejected('body.not-json', { cause });
  }
}

async function workspaceOf(event: APIGatewayProxyEventV2, workspaces: SecretKeys): Promise<string> {
  const [, key] = /^Bearer (\S+)$/i.exec(event.headers.authorization ?? '') ?? [];
  const workspace = key && (await workspaces.open('secret', key));
  if (!workspace) throw new ThroughlineError('unauthorized', 'key.unknown', { hint: 'Authorization: Bearer sk_…' });
  return workspace;
}

const defined = (entries: Record<string, string | undefined> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).map(([name, value = '']) => [name, value]));

async function answerRoute(
  workspaces: SecretKeys,
  routes: ApiRoutes,
  event: APIGatewayProxyEventV2,
): Promise<APIGatewayProxyStructuredResultV2> {
  const workspace = await workspaceOf(event, workspaces);
  const route = routes[event.routeKey];
  if (!route) throw new NotFound('route.unknown', { route: event.routeKey });
  const response = await route({
    workspace,
    params: defined(event.pathParameters),
    query: defined(event.queryStringParameters),
    headers: defined(event.headers),
    body: () => parseBody(event),
  });
  return json(response);
}

/**
 * A function behind the back-office API: checks the secret key, dispatches routes, and answers
 * errors and timeouts as problem+json.
 */
export function api(workspaces: SecretKeys, routes: ApiRoutes): middy.MiddyfiedHandler<APIGatewayProxyEventV2> {
  const handle: Handler = (event, context) => {
    const withinMs = answeringMs(context, maxAnsweringMs);
    const late = () => new Unavailable('request.too-slow', { withinMs });
    return inTime(answerRoute(workspaces, routes, event), withinMs, late);
  };
  const served = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(handle, { timeoutEarlyInMillis: 0 });
  // middy erases the result type.
  return served.use(problemJson()) as middy.MiddyfiedHandler<APIGatewayProxyEventV2>;
}
