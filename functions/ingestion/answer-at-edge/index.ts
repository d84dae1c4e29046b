import { corsHeaders, preflightHeaders } from '#lib/aws/http/cors.ts';
import { librarySettings, settingsKey, settingsMaxAge } from '#lib/ingestion/workspace/library-settings.ts';

type Headers = Record<string, { value: string } | undefined>;

/** A viewer request as CloudFront Functions passes it: no body, header names in lower case. */
interface EdgeEvent {
  context: { requestId: string };
  request: { method: string; uri: string; headers: Headers };
}

interface EdgeResponse {
  statusCode: number;
  statusDescription: string;
  headers: Headers;
  body?: { encoding: 'text'; data: string };
}

function toHeaders(values: Record<string, string>): Headers {
  const headers: Headers = {};
  Object.keys(values).forEach((name) => (headers[name] = { value: String(values[name]) }));
  return headers;
}

const valueOf = (headers: Headers, name: string): string | undefined => {
  const header = headers[name];
  return header ? header.value : undefined;
};

/**
 * Normalises a path: single slashes, no trailing slash, one `/v1`. Many installations configure a
 * host that ends in `/v1`, and the library adds `/v1` again.
 */
function normalPath(uri: string): string {
  const path = uri.replace(/\/{2,}/g, '/').replace(/^(\/v1)+(?=\/|$)/, '/v1');
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}

/**
 * Returns whether a path is percent-encoded UTF-8. API Gateway itself answers a path that is not,
 * and its answer is not problem+json.
 */
function isEncoded(uri: string): boolean {
  try {
    decodeURIComponent(uri);
    return true;
  } catch {
    return false;
  }
}

function jsonHeaders(type: string, cacheControl: string, requestId: string): Headers {
  const headers = toHeaders(corsHeaders);
  headers['content-type'] = { value: type };
  headers['cache-control'] = { value: cacheControl };
  headers['x-request-id'] = { value: requestId };
  return headers;
}

function malformedPath(requestId: string): EdgeResponse {
  const title = 'Bad request';
  const code = 'path.malformed';
  const message = `${title}: ${code}`;
  return {
    statusCode: 400,
    statusDescription: title,
    headers: jsonHeaders('application/problem+json', 'no-store', requestId),
    body: {
      encoding: 'text',
      data: JSON.stringify({ type: 'about:blank', title, status: 400, code, message, instance: requestId }),
    },
  };
}

function preflight(headers: Headers, requestId: string): EdgeResponse {
  const answer = toHeaders(preflightHeaders(valueOf(headers, 'access-control-request-headers')));
  answer['x-request-id'] = { value: requestId };
  return { statusCode: 204, statusDescription: 'No Content', headers: answer };
}

function settings(writeKey: string, host: string, requestId: string): EdgeResponse {
  const headers = jsonHeaders('application/json', `public, max-age=${settingsMaxAge}`, requestId);
  const data = JSON.stringify(librarySettings(writeKey, host));
  return { statusCode: 200, statusDescription: 'OK', headers: headers, body: { encoding: 'text', data: data } };
}

/**
 * Runs before every request. Answers preflights, library settings and malformed paths, so that they
 * invoke no Lambda function. A body with a content encoding is retyped as
 * `application/octet-stream`, because the gateway decodes `text/*` and JSON as text and would break
 * it. A CloudFront function gets no body, so keys in a body are checked later, by the Lambda
 * function.
 */
export function handler(event: EdgeEvent): EdgeEvent['request'] | EdgeResponse {
  const request = event.request;
  const headers = request.headers;
  const requestId = event.context.requestId;
  if (!isEncoded(request.uri)) return malformedPath(requestId);
  request.uri = normalPath(request.uri);
  if (request.method === 'OPTIONS') return preflight(headers, requestId);
  const key = request.method === 'GET' ? settingsKey(request.uri) : undefined;
  if (key) return settings(key, valueOf(headers, 'host') || '', requestId);
  headers['x-request-id'] = { value: requestId };
  if (valueOf(headers, 'content-encoding')) {
    headers['x-original-content-type'] = { value: valueOf(headers, 'content-type') || '' };
    headers['content-type'] = { value: 'application/octet-stream' };
  }
  return request;
}
