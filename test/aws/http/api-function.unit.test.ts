import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { api } from '#lib/aws/http/api-function.ts';
import { Problem } from '#lib/aws/http/problem.ts';
import { corsHeaders } from '#lib/aws/http/cors.ts';

const workspaces = {
  open: (kind: string, key: string) => Promise.resolve(kind === 'secret' && key === 'sk_acme_1' ? 'acme' : undefined),
};

/** Answers the body it got. */
const echo = api(workspaces, { 'POST /v1/echo': (request) => Promise.resolve({ body: request.body() }) });

async function call(body: string | undefined, headers = { authorization: 'Bearer sk_acme_1' }) {
  const event = {
    routeKey: 'POST /v1/echo',
    headers,
    body,
    requestContext: { requestId: 'r1' },
    isBase64Encoded: false,
  };
  const answer: unknown = await echo(
    event as unknown as APIGatewayProxyEventV2,
    { getRemainingTimeInMillis: () => 10_000 } as Context,
  );
  return answer as APIGatewayProxyStructuredResultV2;
}

const headersOf = async (body: string) => (await call(body)).headers;

async function post(...sent: Parameters<typeof call>) {
  const { statusCode, body: text = '' } = await call(...sent);
  return { status: statusCode, ...(JSON.parse(text) as object) };
}

test('no body is an empty one', async () => {
  expect(await post(undefined)).toEqual({ status: 200 });
  expect(await post('')).toEqual({ status: 200 });
});

test('a body that is no JSON, or nested without end, is refused by name', async () => {
  expect(await post('nope')).toMatchObject({ status: 400, code: 'body.not-json' });
  expect(await post('['.repeat(99) + ']'.repeat(99))).toMatchObject({ status: 400, code: 'body.too-deep' });
});

test('near the function’s time limit it answers by itself that it was too slow', async () => {
  const slow = api(workspaces, { 'POST /v1/echo': () => new Promise(() => undefined) });
  const event = { routeKey: 'POST /v1/echo', headers: { authorization: 'Bearer sk_acme_1' } };
  const answer: unknown = await slow(
    { ...event, requestContext: { requestId: 'r1' } } as unknown as APIGatewayProxyEventV2,
    { getRemainingTimeInMillis: () => 510 } as Context,
  );
  const { statusCode, headers, body = '' } = answer as APIGatewayProxyStructuredResultV2;
  expect({ statusCode, headers }).toMatchObject({
    statusCode: 503,
    headers: { 'content-type': 'application/problem+json', 'retry-after': '1' },
  });
  expect(Problem.parse(JSON.parse(body))).toMatchObject({ code: 'request.too-slow', instance: 'r1', withinMs: 10 });
});

test('a page may read every answer, a refusal too', async () => {
  for (const body of ['{}', 'nope']) expect(await headersOf(body)).toMatchObject(corsHeaders);
});

test('a key that opens nothing is told so', async () => {
  expect(await post('{}', { authorization: 'Bearer sk_acme_2' })).toMatchObject({ status: 401, code: 'key.unknown' });
});
