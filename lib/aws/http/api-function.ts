import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { NotFound, Rejected, ThroughlineError, Unavailable } from '../../shared/errors.ts';
import { corsHeaders } from './cors.ts';
import { isDeeperThan } from '../../shared/json.ts';
import { answeringMs, inTime, type Invocation } from '../../shared/deadline.ts';
import { toProblem } from './problem.ts';

/** One call of the back-office API: whose workspace the secret key opened, and the parts of the URL, decoded by the gateway. */
export interface ApiRequest {
  workspace: string;
  params: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string>;
  /** The parsed JSON body, `{}` where there is none. Throws `Rejected('body.not-json')`, and `Rejected('body.too-deep')` past 60 levels. */
  body(): unknown;
}

export interface ApiResponse {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

/** Routes by API Gateway's route key, `GET /v1/customers/{id}`. */
export type ApiRoutes = Record<string, (request: ApiRequest) => Promise<ApiResponse>>;

/** Opens secret keys: the workspace of a key, undefined for one that opens none. */
export interface SecretKeys {
  open(kind: 'secret', key: string): Promise<string | undefined>;
}

type Handler = (event: APIGatewayProxyEventV2, context: Invocation) => Promise<APIGatewayProxyStructuredResultV2>;

/**
 * Longest time until the answer, ms. The gateway hangs up 29 s after it called, which includes the start of a new environment: three to
 * four seconds remain for that. A request answered so may have been carried out; each may be sent again.
 */
const maxAnsweringMs = 25_000;

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

/** Whatever is thrown becomes problem+json; what is not of our family is logged and told as a bare 500. */
export function problemJson(): middy.MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    onError: (request) => {
      if (!(request.error instanceof ThroughlineError)) console.error(request.error);
      const response = toProblem(request.error, request.event.requestContext.requestId);
      request.response = { ...response, headers: { ...response.headers, ...corsHeaders } };
    },
  };
}

export function textBody(event: APIGatewayProxyEventV2): string {
  const body = event.body ?? '';
  return event.isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
}

/** Levels of a body's nesting: more than any document of ours has, and far fewer than exhaust the stack of what reads it. */
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

/** A function behind the back-office API: secret key, routes, problem+json, also when the time is over. */
export function api(workspaces: SecretKeys, routes: ApiRoutes): middy.MiddyfiedHandler<APIGatewayProxyEventV2> {
  const answer = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const workspace = await workspaceOf(event, workspaces);
    const route = routes[event.routeKey];
    if (!route) throw new NotFound('route.unknown', { route: event.routeKey });
    return json(
      await route({
        workspace,
        params: defined(event.pathParameters),
        query: defined(event.queryStringParameters),
        headers: defined(event.headers),
        body: () => parseBody(event),
      }),
    );
  };
  const handle: Handler = (event, context) => {
    const withinMs = answeringMs(context, maxAnsweringMs);
    return inTime(answer(event), withinMs, () => new Unavailable('request.too-slow', { withinMs }));
  };
  const served = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(handle, { timeoutEarlyInMillis: 0 });
  // Its result type is erased.
  return served.use(problemJson()) as middy.MiddyfiedHandler<APIGatewayProxyEventV2>;
}
