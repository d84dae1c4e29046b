import { Agent, get as httpGet, type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { withoutEdge } from '#infra/local/http/edge.ts';
import { FunctionError } from '#infra/local/lambda/local-functions.ts';
import { type LocalGateway, startGateway } from '#infra/local/http/gateway.ts';
import { plain } from '#infra/local/http/gateway-payload.ts';
import { router } from '#infra/local/http/gateway-routes.ts';

let gateway: LocalGateway;
let answer: (event: APIGatewayProxyEventV2) => unknown;
const route = (key: string) => ({ key, functionArn: 'f', timeoutMs: 200 });

const start = () =>
  startGateway({
    port: 0,
    routes: ['POST /v1/{kind}', 'GET /v1/customers/{id}', 'GET /health', 'OPTIONS /{proxy+}'].map(route),
    edge: withoutEdge,
    functions: { invoke: async (_, event) => answer(event as APIGatewayProxyEventV2) },
    now: () => Date.parse('2026-03-12T19:03:58.000Z'),
    local: async (request) => plain(200, `local ${request.path}`),
  });

beforeAll(async () => {
  gateway = await start();
});
afterAll(() => gateway.stop());

const url = (path: string) => `http://127.0.0.1:${gateway.port}${path}`;
const seen = async (path: string, init?: RequestInit) => {
  let event: APIGatewayProxyEventV2 | undefined;
  answer = (given) => {
    event = given;
    return { statusCode: 200 };
  };
  await fetch(url(path), init);
  return event!;
};

test.each([
  ['GET', '/pets/dog/1', 'GET /pets/dog/1'],
  ['GET', '/pets/dog/2', 'GET /pets/dog/{id}'],
  ['POST', '/pets/dog/2', 'ANY /pets/{kind}/{id}'],
  ['GET', '/pets/cat/2', 'ANY /pets/{kind}/{id}'],
  ['GET', '/pets/cat', 'GET /pets/{proxy+}'],
  ['POST', '/pets/cat', 'ANY /{proxy+}'],
  ['GET', '/', '$default'],
])('%s %s goes to %s, as API Gateway chooses', (method, path, key) => {
  const keys = [
    'ANY /{proxy+}',
    '$default',
    'GET /pets/{proxy+}',
    'GET /pets/dog/{id}',
    'GET /pets/dog/1',
    'ANY /pets/{kind}/{id}',
  ];
  expect(router(keys.map(route))(method, path)?.route.key).toBe(key);
});

test('a variable takes exactly one segment that is not empty', () => {
  const find = router([route('GET /v1/customers/{id}')]);
  expect(find('GET', '/v1/customers/')).toBeUndefined();
  expect(find('GET', '/v1/customers/a/b')).toBeUndefined();
  expect(find('GET', '/v1/customers/a%2Fb%20%C3%A9')?.parameters).toEqual({ id: 'a/b é' });
});

test('the event is payload format 2.0', async () => {
  const headers = [
    ['cookie', 'a=1; b=2'],
    ['x-tag', 'one'],
    ['x-tag', 'two'],
  ] as [string, string][];
  const event = await seen('/v1/customers/x%40y.de?a=1&a=2&b=%20', { headers });
  expect(event).toMatchObject({
    version: '2.0',
    routeKey: 'GET /v1/customers/{id}',
    rawPath: '/v1/customers/x%40y.de',
    rawQueryString: 'a=1&a=2&b=%20',
    cookies: ['a=1', 'b=2'],
    headers: { 'x-tag': 'one, two', 'x-forwarded-for': '127.0.0.1' },
    queryStringParameters: { a: '1,2', b: ' ' },
    pathParameters: { id: 'x@y.de' },
    requestContext: { http: { method: 'GET' }, time: '12/Mar/2026:19:03:58 +0000', stage: '$default' },
    isBase64Encoded: false,
  });
  expect(event.body).toBeUndefined();
});

test.each([
  ['application/json', false],
  ['application/json; charset=utf-8', false],
  ['text/plain;charset=UTF-8', false],
  ['application/x-www-form-urlencoded', true],
  ['application/octet-stream', true],
])('a body of type %s comes as base64: %s', async (type, base64) => {
  const event = await seen('/v1/batch', { method: 'POST', body: '{"é":1}', headers: { 'content-type': type } });
  expect(event.isBase64Encoded).toBe(base64);
  expect(Buffer.from(event.body!, base64 ? 'base64' : 'utf8').toString()).toBe('{"é":1}');
});

test('packed bytes sent under a text type arrive broken, as on AWS', async () => {
  const bytes = new Uint8Array([0x1f, 0x8b, 0xff, 0xfe]);
  const event = await seen('/v1/batch', { method: 'POST', body: bytes, headers: { 'content-type': 'text/plain' } });
  expect(Buffer.from(event.body!, 'utf8')).not.toEqual(Buffer.from(bytes));
});

test.each([
  { name: 'a response', result: { statusCode: 201, headers: { 'X-Id': 7 }, body: 'hi' }, told: [201, 'hi'] },
  { name: 'base64', result: { statusCode: 200, body: 'aGk=', isBase64Encoded: true }, told: [200, 'hi'] },
  { name: 'an object', result: { hello: 1 }, told: [200, '{"hello":1}'] },
  { name: 'a string', result: 'hi', told: [200, 'hi'] },
  { name: 'no status', result: { statusCode: 'no' }, told: [500, '{"message":"Internal Server Error"}'] },
])('a function answers with $name', async ({ result, told }) => {
  answer = () => result;
  const response = await fetch(url('/health'));
  expect([response.status, await response.text()]).toEqual(told);
});

test('each cookie of an answer is a header of its own', async () => {
  answer = () => ({ statusCode: 200, cookies: ['a=1', 'b=2'] });
  expect((await fetch(url('/health'))).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});

test('no content has no body and no length', async () => {
  answer = () => ({ statusCode: 204 });
  expect((await fetch(url('/health'))).headers.get('content-length')).toBeNull();
});

test('a function that fails is a 500 that tells nothing, one too slow a 503', async () => {
  answer = () => {
    throw new FunctionError({ errorType: 'Error', errorMessage: 'secret', trace: [] });
  };
  const failed = await fetch(url('/health'));
  expect([failed.status, await failed.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
  answer = () => new Promise(() => undefined);
  expect((await fetch(url('/health'))).status).toBe(503);
});

test('what no route takes is a 404, what is no percent-encoding a 400', async () => {
  expect((await fetch(url('/nowhere'))).status).toBe(404);
  expect((await fetch(url('/v1/customers/%zz'))).status).toBe(400);
});

test('more than 10 MB is too large, and the client gets to read so', async () => {
  answer = () => ({ statusCode: 200 });
  const response = await fetch(url('/v1/batch'), { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
  expect(response.status).toBe(413);
});

test('the runner’s own routes are apart', async () => {
  expect(await (await fetch(url('/local/clock'))).json()).toEqual({ message: 'local /local/clock' });
});

const rawly = (bytes: string | Buffer) =>
  new Promise<string>((resolve) => {
    let text = '';
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('close', () => resolve(text));
    socket.on('error', () => resolve(text));
  });

test('garbage is answered and harms nobody', async () => {
  expect(await rawly(Buffer.from([0x16, 0x03, 0x01, 0x00]))).toMatch(/^HTTP\/1.1 400/);
  expect(await rawly(`GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431/);
  answer = () => 'fine';
  expect(await (await fetch(url('/health'))).text()).toBe('fine');
});

test('a client that goes away in the middle of its body harms nobody', async () => {
  await new Promise<void>((resolve) => {
    const request = httpRequest(url('/v1/batch'), { method: 'POST', headers: { 'content-length': 1000 } });
    request.on('error', () => resolve());
    request.write('{"half"');
    setTimeout(() => request.destroy(new Error('gone')), 20);
  });
  answer = () => 'fine';
  expect(await (await fetch(url('/health'))).text()).toBe('fine');
});

test('an end waits for who is being answered, and for no client that would keep its connection', async () => {
  const ending = await start();
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  let ended: Promise<void> | undefined;
  answer = () => {
    ended = ending.stop();
    return 'the last';
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpGet({ host: '127.0.0.1', port: ending.port, path: '/health', agent }, resolve).on('error', reject);
  });
  expect([response.statusCode, response.headers.connection]).toEqual([200, 'close']);
  response.resume();
  await ended;
});
