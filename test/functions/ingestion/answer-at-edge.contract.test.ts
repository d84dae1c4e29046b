import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { edgeFunction } from '#infra/tools/bundling/build-edge.ts';
import { Problem } from '#lib/aws/http/problem.ts';
import { librarySettings } from '#lib/ingestion/workspace/library-settings.ts';

type Headers = Record<string, { value: string }>;

interface Result {
  uri?: string;
  method?: string;
  headers: Headers;
  statusCode?: number;
  body?: { encoding: string; data: string };
}

const text = await edgeFunction('functions/ingestion/answer-at-edge/index.ts');

/** What the function makes of a request, as CloudFront shows and takes it. */
function edge(uri: string, { method = 'POST', headers = {} }: { method?: string; headers?: Headers } = {}): Result {
  const event = {
    version: '1.0',
    context: {
      distributionDomainName: 'd1.cloudfront.net',
      distributionId: 'E1',
      eventType: 'viewer-request',
      requestId: 'r-1',
    },
    viewer: { ip: '203.0.113.9' },
    request: {
      method,
      uri,
      querystring: {},
      headers: { host: { value: 'd1.cloudfront.net' }, ...headers },
      cookies: {},
    },
  };
  const context = createContext({});
  runInContext(text, context);
  const result: unknown = runInContext(`handler(${JSON.stringify(event)})`, context);
  return JSON.parse(JSON.stringify(result)) as Result; // objects of another context are never equal to ours
}

test('it fits into a CloudFront function three times over', () => {
  expect(Buffer.byteLength(text)).toBeLessThan(3_400);
});

test.each([
  ['/v1/batch', '/v1/batch'],
  ['/v1/batch/', '/v1/batch'],
  ['//v1//batch', '/v1/batch'],
  ['/v1/v1/batch', '/v1/batch'],
  ['/v1//v1/batch/', '/v1/batch'],
  ['/v1/v1/v1/batch', '/v1/batch'],
  ['/v1/v1beta', '/v1/v1beta'],
  ['/health', '/health'],
  ['/', '/'],
  ['//', '/'],
])('%s goes on as %s', (uri, path) => {
  expect(edge(uri).uri).toBe(path);
});

test.each(['/v1/segments/%ff', '/v1/customers/a%', '/v1/%zz', '/%c0%af', '/%ed%a0%80'])(
  '%s is no percent-encoded text: that is told here, as a problem',
  (uri) => {
    const { statusCode, headers, body } = edge(uri, { method: 'DELETE' });
    expect({ statusCode, headers }).toMatchObject({
      statusCode: 400,
      headers: { 'content-type': { value: 'application/problem+json' }, 'access-control-allow-origin': { value: '*' } },
    });
    expect(Problem.parse(JSON.parse(body?.data ?? ''))).toMatchObject({ code: 'path.malformed', instance: 'r-1' });
  },
);

test.each(['/v1/customers/a%2Fb%20%C3%A9', '/v1/customers/%25ff', '/v1/customers/%F0%9F%98%80'])(
  '%s goes on as it is',
  (uri) => {
    expect(edge(uri).uri).toBe(uri);
  },
);

test('a packed body becomes bytes, and its own type is kept', () => {
  const headers = { 'content-type': { value: 'application/json' }, 'content-encoding': { value: 'gzip' } };
  expect(edge('/v1/batch', { headers }).headers).toMatchObject({
    'content-type': { value: 'application/octet-stream' },
    'x-original-content-type': { value: 'application/json' },
    'content-encoding': { value: 'gzip' },
  });
});

test('a plain body keeps its type', () => {
  const headers = { 'content-type': { value: 'text/plain' } };
  expect(edge('/v1/t', { headers }).headers).toEqual({
    ...{
      host: { value: 'd1.cloudfront.net' },
      'content-type': { value: 'text/plain' },
      'x-request-id': { value: 'r-1' },
    },
  });
});

test('a request id from outside is not believed', () => {
  expect(edge('/v1/t', { headers: { 'x-request-id': { value: 'mine' } } }).headers['x-request-id']?.value).toBe('r-1');
});

test('a preflight is answered here', () => {
  expect(edge('/v1/batch', { method: 'OPTIONS' })).toMatchObject({
    statusCode: 204,
    headers: {
      'access-control-allow-origin': { value: '*' },
      'access-control-allow-headers': { value: expect.stringContaining('authorization') as string },
    },
  });
});

test.each(['/v1/projects/wk_local/settings', '/v1/projects/wk_local/settings/'])('%s is answered here', (uri) => {
  const { statusCode, headers, body } = edge(uri, { method: 'GET' });
  expect({ statusCode, encoding: body?.encoding }).toEqual({ statusCode: 200, encoding: 'text' });
  expect(JSON.parse(body?.data ?? '')).toEqual(librarySettings('wk_local', 'd1.cloudfront.net'));
  expect(headers).toMatchObject({
    'access-control-allow-origin': { value: '*' },
    'content-type': { value: 'application/json' },
  });
});

test.each([
  ['POST', '/v1/projects/wk_local/settings'],
  ['GET', '/v1/projects/"/settings'],
  ['GET', '/v1/projects/settings'],
  ['GET', '/v1/customers'],
])('%s %s is none of its business', (method, uri) => {
  expect(edge(uri, { method })).toMatchObject({ method, uri });
});
