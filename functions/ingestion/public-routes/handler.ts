import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { answeringMs, inTime, type Invocation } from '#lib/shared/deadline.ts';
import { toProblem } from '#lib/aws/http/problem.ts';
import { NotFound, Unavailable } from '#lib/shared/errors.ts';
import { corsHeaders, preflightHeaders } from '#lib/aws/http/cors.ts';
import { librarySettings, settingsKey, settingsMaxAge } from '#lib/ingestion/workspace/library-settings.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { zoneData } from '#lib/shared/calendar/zone-data.ts';

export interface PublicRouteDependencies {
  workspaces: Pick<WorkspaceStore, 'ping'>;
  /** The OpenAPI document as JSON. */
  openapi: string;
}

type Response = APIGatewayProxyStructuredResultV2;

/** Maximum time to the answer, ms. The one attempt of a read times out after two seconds. */
const maxAnsweringMs = 4_000;

const json = (body: string, cacheControl: string): Response => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'cache-control': cacheControl },
  body,
});

function settings({ pathParameters, headers }: APIGatewayProxyEventV2): Response {
  const writeKey = settingsKey(`/v1/projects/${pathParameters?.writeKey ?? ''}/settings`);
  if (writeKey === undefined) throw new NotFound('key.malformed');
  return json(JSON.stringify(librarySettings(writeKey, headers.host ?? '')), `public, max-age=${settingsMaxAge}`);
}

const preflight = ({ headers }: APIGatewayProxyEventV2): Response => ({
  statusCode: 204,
  headers: preflightHeaders(headers['access-control-request-headers']),
});

async function health({ workspaces }: PublicRouteDependencies): Promise<Response> {
  try {
    await workspaces.ping();
  } catch (cause) {
    throw new Unavailable('table.unreachable', { cause });
  }
  return json(JSON.stringify({ status: 'ok', zoneData }), 'no-store');
}

type PublicRoute = (
  dependencies: PublicRouteDependencies,
  event: APIGatewayProxyEventV2,
) => Response | Promise<Response>;

const routes: Record<string, PublicRoute> = {
  'GET /health': health,
  'GET /v1/openapi.json': ({ openapi }) => json(openapi, 'public, max-age=300'),
  'GET /v1/projects/{writeKey}/settings': (_, event) => settings(event),
  'OPTIONS /{proxy+}': (_, event) => preflight(event),
};

async function route(dependencies: PublicRouteDependencies, event: APIGatewayProxyEventV2): Promise<Response> {
  const answer = routes[event.routeKey];
  const { method, path } = event.requestContext.http;
  if (!answer) throw new NotFound('route.unknown', { route: `${method} ${path}` });
  return answer(dependencies, event);
}

/**
 * Routes without a key: health, the OpenAPI document, library settings, preflights, and the 404 of
 * every unknown route.
 */
export function answerPublicRoute(dependencies: PublicRouteDependencies) {
  return async (event: APIGatewayProxyEventV2, context: Invocation): Promise<Response> => {
    const withinMs = answeringMs(context, maxAnsweringMs);
    const late = (): Unavailable => new Unavailable('request.too-slow', { withinMs });
    const response = await inTime(route(dependencies, event), withinMs, late).catch((error: unknown) =>
      toProblem(error, event.requestContext.requestId),
    );
    return { ...response, headers: { ...corsHeaders, ...response.headers } };
  };
}
