import { expect, test } from 'vitest';
import { createEdge, type EdgeRequest } from '#infra/local/http/edge.ts';

const behavior = (path: string, viewerRequest?: string) => ({ path, origin: 'api', viewerRequest });

function edgeOf(code: string, behaviors = [behavior('*', 'f')]) {
  const named = { id: 'f', ref: 'f', arn: 'f' };
  return createEdge({
    edgeFunctions: [{ ...named, code, runtime: 'cloudfront-js-2.0' }],
    distributions: [{ ...named, behaviors }],
  });
}

const aRequest = (parts: Partial<EdgeRequest> = {}): EdgeRequest => ({
  method: 'GET',
  path: '/v1/a',
  query: '',
  headers: { host: 'x.test' },
  ip: '127.0.0.1',
  requestId: 'r1',
  ...parts,
});

test('a function that changes nothing changes nothing', async () => {
  const request = aRequest({
    query: 'a=1&b=%20&a=2&flag',
    headers: { host: 'x.test', cookie: 'c=1; d=2', 'x-a': 'b' },
  });
  const passed = await edgeOf('function handler(event) { return event.request; }')(request);
  expect(passed).toEqual({ request: { ...request, query: 'a=1&a=2&b=%20&flag' } });
});

test('a function rewrites the path and headers', async () => {
  const code = `function handler(event) { var r = event.request; r.uri = '/v1/b'; r.headers['x-request-id'] = { value: event.context.requestId }; return r; }`;
  const passed = await edgeOf(code)(aRequest());
  expect(passed).toMatchObject({ request: { path: '/v1/b', headers: { host: 'x.test', 'x-request-id': 'r1' } } });
});

test('a function answers by itself, also later', async () => {
  const code = `async function handler() { return { statusCode: 204, headers: { a: { value: 'b' } }, cookies: { c: { value: '1', attributes: 'Path=/' } }, body: { encoding: 'base64', data: 'aGk=' } }; }`;
  expect(await edgeOf(code)(aRequest())).toEqual({
    answer: { status: 204, headers: { a: 'b' }, cookies: ['c=1; Path=/'], body: Buffer.from('hi') },
  });
});

test('headers that CloudFront holds fast cannot be changed', async () => {
  const code = `function handler(event) { event.request.headers.host = { value: 'evil' }; return event.request; }`;
  await expect(edgeOf(code)(aRequest())).rejects.toThrow('read-only header host');
});

test('a path without a function passes', async () => {
  const edge = edgeOf('function handler() { return { statusCode: 418 }; }', [behavior('/plain/*'), behavior('*', 'f')]);
  expect(await edge(aRequest({ path: '/plain/x' }))).toHaveProperty('request');
  expect(await edge(aRequest({ path: '/v1/x' }))).toHaveProperty('answer.status', 418);
});

test('nothing of ours can be reached', async () => {
  const code = `function handler(event) { return { statusCode: typeof process === 'undefined' && typeof require === 'undefined' && typeof fetch === 'undefined' ? 200 : 500 }; }`;
  expect(await edgeOf(code)(aRequest())).toHaveProperty('answer.status', 200);
});
