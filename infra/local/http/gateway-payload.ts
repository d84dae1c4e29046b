import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type EdgeRequest } from './edge.ts';
import { account, region } from '../template/intrinsics.ts';
import { type RouteMatch } from './gateway-routes.ts';

/** The response to the client. */
export interface GatewayResponse {
  status: number;
  headers: Record<string, string>;
  cookies: string[];
  body: Buffer;
}

/**
 * Whether API Gateway passes a body as text; others are base64. A compressed body must not have
 * such a type.
 */
const isText = (contentType = ''): boolean => {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || /^application\/(json|javascript|xml)$/.test(type);
};

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `12/Mar/2026:19:03:58 +0000` */
function logTime(at: Date): string {
  const [date = '', time = ''] = at.toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}

function queryOf(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const found: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query))
    found[name] = Object.hasOwn(found, name) ? `${found[name] ?? ''},${value}` : value;
  return found;
}

/** A list of proxies, extended by the client's address. */
const forwarded = (before: string | undefined, ip: string) => ({
  'x-forwarded-for': before === undefined ? ip : `${before}, ${ip}`,
  'x-forwarded-port': '443',
  'x-forwarded-proto': 'https',
});

/** Builds the event of payload format 2.0. */
export function toEvent(
  { method, path, query, headers: { cookie, ...headers }, ip, requestId }: EdgeRequest,
  { match: { route, parameters }, body, now }: { match: RouteMatch; body: Buffer; now: Date },
): APIGatewayProxyEventV2 {
  const text = isText(headers['content-type']);
  const queryStringParameters = queryOf(query);
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath: path,
    rawQueryString: query,
    ...(cookie && { cookies: cookie.split(/;\s*/) }),
    headers: { ...headers, ...forwarded(headers['x-forwarded-for'], ip) },
    ...(queryStringParameters && { queryStringParameters }),
    requestContext: {
      accountId: account,
      apiId: 'local',
      domainName: `local.execute-api.${region}.amazonaws.com`,
      domainPrefix: 'local',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: ip, userAgent: headers['user-agent'] ?? '' },
      requestId,
      routeKey: route.key,
      stage: '$default',
      time: logTime(now),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(text ? 'utf8' : 'base64') }),
    ...(Object.keys(parameters).length > 0 && { pathParameters: parameters }),
    isBase64Encoded: body.length > 0 && !text,
  };
}

/** A message of the gateway itself. */
export function plain(status: number, message: string): GatewayResponse {
  const body = Buffer.from(JSON.stringify({ message }));
  return { status, headers: { 'content-type': 'application/json' }, cookies: [], body };
}

const strings = (values: unknown): [string, string][] =>
  typeof values === 'object' && values !== null
    ? Object.entries(values).map(([name, value]) => [name.toLowerCase(), String(value)])
    : [];

/**
 * Converts a function's result as API Gateway does: a response if it has `statusCode`, else the
 * JSON body of a 200.
 */
export function toAnswer(result: unknown): GatewayResponse {
  if (typeof result === 'object' && result !== null && 'statusCode' in result) return toResponse({ ...result });
  const body = Buffer.from(typeof result === 'string' ? result : JSON.stringify(result));
  return { status: 200, headers: { 'content-type': 'application/json' }, cookies: [], body };
}

function toResponse(response: Record<string, unknown>): GatewayResponse {
  const status = Number(response.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return plain(500, 'Internal Server Error');
  const { body = '', cookies } = response;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...Object.fromEntries(strings(response.headers)) },
    cookies: Array.isArray(cookies) ? cookies.map(String) : [],
    body: Buffer.from(text, response.isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}
