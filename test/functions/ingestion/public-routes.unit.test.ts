import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import { answerPublicRoute } from '#functions/ingestion/public-routes/handler.ts';

type Fields = Partial<Pick<APIGatewayProxyEventV2, 'headers' | 'pathParameters'>>;

async function ask(
  routeKey: string,
  { headers = {}, ...fields }: Fields = {},
  { ping = async () => {}, remainingMs = 5_000 }: { ping?: () => Promise<void>; remainingMs?: number } = {},
) {
  const handler = answerPublicRoute({ workspaces: { ping }, openapi: '{"openapi":"3.1.0"}' });
  const event = {
    routeKey,
    headers,
    requestContext: { requestId: 'r-1', http: { method: 'PUT', path: '/v1/track' } },
    ...fields,
  };
  const response = await handler(
    event as unknown as APIGatewayProxyEventV2, // the parts it reads
    { getRemainingTimeInMillis: () => remainingMs },
  );
  return { ...response, json: JSON.parse(response.body ?? 'null') as Record<string, unknown> };
}

test('healthy is who reaches the table', async () => {
  expect(await ask('GET /health')).toMatchObject({ statusCode: 200, json: { status: 'ok' } });
});

test('without a table it is 503', async () => {
  const ping = async (): Promise<never> => {
    throw new Error('no table');
  };
  expect(await ask('GET /health', {}, { ping })).toMatchObject({
    statusCode: 503,
    json: { code: 'table.unreachable' },
  });
});

test('near the function’s time limit it answers by itself that it was too slow', async () => {
  const never = (): Promise<void> => new Promise(() => undefined);
  expect(await ask('GET /health', {}, { ping: never, remainingMs: 510 })).toMatchObject({
    statusCode: 503,
    headers: { 'content-type': 'application/problem+json', 'retry-after': '1' },
    json: { code: 'request.too-slow' },
  });
});

test('the document is served as it was made', async () => {
  expect(await ask('GET /v1/openapi.json')).toMatchObject({ statusCode: 200, body: '{"openapi":"3.1.0"}' });
});

test.each([
  ['api.shop.example', 'https', 'api.shop.example/v1'],
  ['127.0.0.1:8787', 'http', '127.0.0.1:8787/v1'],
  ['localhost', 'http', 'localhost/v1'],
  ['localhost.evil.example', 'https', 'localhost.evil.example/v1'],
])('libraries that ask %s send there by %s', async (host, protocol, apiHost) => {
  const event = { headers: { host }, pathParameters: { writeKey: 'wk_local' } };
  const { json } = await ask('GET /v1/projects/{writeKey}/settings', event);
  expect(json).toMatchObject({ integrations: { 'Segment.io': { apiKey: 'wk_local', apiHost, protocol } } });
});

test('a key that cannot be one is not there', async () => {
  const event = { pathParameters: { writeKey: '<script>' } };
  expect(await ask('GET /v1/projects/{writeKey}/settings', event)).toMatchObject({ statusCode: 404 });
});

test('where no route is, that is told as a problem', async () => {
  const { statusCode, json } = await ask('$default');
  expect({ statusCode, json }).toMatchObject({
    statusCode: 404,
    json: { code: 'route.unknown', route: 'PUT /v1/track' },
  });
});

test('every answer may be read by any page', async () => {
  for (const route of ['GET /health', 'GET /v1/openapi.json', 'OPTIONS /{proxy+}', '$default'])
    expect((await ask(route)).headers).toMatchObject({ 'access-control-allow-origin': '*' });
});
