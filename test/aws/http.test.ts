import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { api } from '../../lib/aws/http.ts';
import { type WorkspaceStore } from '../../lib/ingestion/store.ts';

const workspaces = {
  open: (kind: string, key: string) => Promise.resolve(kind === 'secret' && key === 'sk_acme_1' ? 'acme' : undefined),
} as unknown as WorkspaceStore;

/** Answers the body it got. */
const echo = api(workspaces, { 'POST /v1/echo': (request) => Promise.resolve({ body: request.body() }) });

async function post(body: string | undefined, headers = { authorization: 'Bearer sk_acme_1' }) {
  const event = {
    routeKey: 'POST /v1/echo',
    headers,
    body,
    requestContext: { requestId: 'r1' },
    isBase64Encoded: false,
  };
  const answer: unknown = await echo(event as unknown as APIGatewayProxyEventV2, {} as Context);
  const { statusCode, body: text = '' } = answer as APIGatewayProxyStructuredResultV2;
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

test('a key that opens nothing is told so', async () => {
  expect(await post('{}', { authorization: 'Bearer sk_acme_2' })).toMatchObject({ status: 401, code: 'key.unknown' });
});
