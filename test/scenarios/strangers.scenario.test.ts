import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { assemble } from '../../infra/local/template/assembly.ts';
import { readAssembly } from '../../infra/local/template/template.ts';
import { Problem } from '../../lib/aws/http/problem.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });

let world: World;
let routes: string[];
beforeAll(async () => {
  const assembly = await assemble();
  routes = readAssembly(assembly).routes.map(({ routeKey }) => routeKey);
  world = await startWorld({ assembly });
}, 120_000);
afterAll(() => world.stop());

/** Bytes that look like chance and are the same with each run. */
function noise(length: number): Buffer {
  let state = 7;
  return Buffer.from(Array.from({ length }, () => (state = (state * 48_271) % 2_147_483_647) & 0xff));
}

const message = JSON.stringify({ batch: [{ type: 'track', event: 'Signed Up', userId: 'eve' }] });
const zeros = Buffer.alloc(64 * 1024 * 1024);

const bodies: Record<string, Buffer | string> = {
  'a message': message,
  'random bytes': noise(2_000),
  'gzip cut short': gzipSync(message).subarray(0, 30),
  'zlib cut short': deflateSync(message).subarray(0, 20),
  'gzip in gzip in gzip': gzipSync(gzipSync(gzipSync(message))),
  'a bomb of gzip': gzipSync(zeros),
  'a bomb in a bomb': gzipSync(gzipSync(zeros)),
  'a bomb of Brotli': brotliCompressSync(zeros),
  'a bomb of bare deflate': deflateRawSync(zeros),
  'no UTF-8': Buffer.concat([Buffer.from('{"writeKey":"'), Buffer.from('fffec080', 'hex'), Buffer.from('"}')]),
  'no base64': '{%%%',
  'JSON a million levels deep': '['.repeat(1_000_000),
  'an object 100,000 levels deep': '{"a":'.repeat(100_000),
  nothing: '',
};

const encodings = [undefined, 'gzip', 'x-gzip', 'deflate', 'br', 'zstd', 'identity', 'gzip, br', 'x'.repeat(4_000)];
const types = ['application/json', 'application/octet-stream'];

const strangers: Record<string, Record<string, string>> = {
  'without a key': {},
  'with a key nobody has': { authorization: 'Bearer sk_local_0123456789abcdef' },
  'with a write key nobody has': { authorization: `Basic ${Buffer.from('wk_local_none:').toString('base64')}` },
  'with credentials that are no base64': { authorization: 'Basic %%%%' },
  'with long credentials': { authorization: `Bearer ${'k'.repeat(4_000)}` },
};

async function problemOf(path: string, init: RequestInit, asked: string): Promise<Problem> {
  const response = await fetch(`${world.url}${path}`, init);
  const text = await response.text();
  expect(response.status, `${asked}: ${text.slice(0, 300)}`).toSatisfy((status) => status >= 400 && status < 500);
  expect(response.headers.get('content-type'), asked).toBe('application/problem+json');
  expect(text.length, asked).toBeLessThan(20_000);
  return Problem.parse(JSON.parse(text));
}

test.each(Object.entries(strangers).slice(0, 2))('%s no body at the door is a 5xx', async (_name, headers) => {
  for (const [name, body] of Object.entries(bodies))
    for (const encoding of encodings)
      for (const type of types) {
        const more = { ...headers, 'content-type': type, ...(encoding && { 'content-encoding': encoding }) };
        await problemOf('/v1/batch', { method: 'POST', headers: more, body }, `${name} as ${encoding} and ${type}`);
      }
});

/** Routes that answer without a key, or go by the form of one. */
const open = new Set([
  ...['GET /health', 'GET /v1/openapi.json', 'GET /v1/projects/{writeKey}/settings'],
  ...['OPTIONS /{proxy+}', '$default'],
]);

test.each(Object.entries(strangers))('%s no route answers, and none fails', async (_name, headers) => {
  for (const key of routes.filter((route) => !open.has(route))) {
    const [method = '', path = ''] = key.split(' ');
    for (const body of method === 'GET' ? [undefined] : Object.values(bodies)) {
      const init = { method, headers, ...(body !== undefined && { body }) };
      const { status } = await problemOf(path.replaceAll(/\{\w+\}/g, 'batch'), init, key);
      if (path !== '/v1/{kind}') expect(status, key).toBe(401);
    }
  }
});

test('what no route takes is not found, whatever comes with it', async () => {
  for (const path of ['/', '/v1', '/v1/nothing', `/${'x'.repeat(4_000)}`, '/v1/projects/no%20key/settings', '/v1/%00'])
    expect((await problemOf(path, { headers: strangers['without a key']! }, path)).status).toBe(404);
});

test('a bomb is not unpacked: a hundred of them leave time for a message', async () => {
  const bomb = { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: bodies['a bomb in a bomb']! };
  const problems = await Promise.all(Array.from({ length: 100 }, () => problemOf('/v1/batch', bomb, 'a bomb')));
  expect(new Set(problems.map(({ status }) => status))).toEqual(new Set([413]));
  expect((await world.send({ userId: 'ada', event: 'Signed Up' })).status).toBe(200);
});
