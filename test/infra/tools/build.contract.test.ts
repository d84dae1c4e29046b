import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { edgeFunction } from '#infra/tools/bundling/build-edge.ts';
import { functionNames } from '#infra/tools/build.ts';
import { defaultProvider } from '#lib/aws/credentials.ts';

const directory = mkdtempSync(join(tmpdir(), 'build-'));
const aModule = (code: string) => {
  const file = join(directory, `${Math.random()}.ts`);
  writeFileSync(file, code);
  return file;
};

test('every folder with an index is a function, the edge is none', () => {
  expect(functionNames()).toContain('ingestion/collect');
  expect(functionNames()).not.toContain('ingestion/edge');
});

test('the edge function is a script with a global handler', async () => {
  const text = await edgeFunction(
    aModule('const hello = () => 1; export function handler(event: object) { return [hello(), event]; }'),
  );
  expect(text).not.toContain('export');
  expect(JSON.stringify(runInNewContext(`${text}; handler(2)`))).toBe('[1,2]');
});

test.each([
  ['destructuring', 'export function handler({ request }) { return request; }'],
  ['classes', 'class A {} export function handler() { return new A(); }'],
  ['generators', 'function* g() { yield 1; } export function handler() { return g(); }'],
  ['for-of', 'export function handler(e) { for (const a of e) console.log(a); }'],
])('an edge function with %s fails the build: CloudFront does not know it', async (_, code) => {
  await expect(edgeFunction(aModule(code))).rejects.toThrow('not supported yet');
});

test('an edge function over 10,240 bytes fails the build', async () => {
  const text = JSON.stringify('x'.repeat(10_240));
  await expect(edgeFunction(aModule(`export function handler() { return ${text}; }`))).rejects.toThrow(
    'CloudFront takes 10240',
  );
});

test('the SDK signs with the environment’s credentials', async () => {
  let authorization = '';
  const server = createServer((request, response) => {
    authorization = request.headers.authorization ?? '';
    response.setHeader('content-type', 'application/x-amz-json-1.0').end('{"TableNames":[]}');
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new DynamoDBClient({ region: 'us-east-1', endpoint, credentials: defaultProvider() }).send(
    new ListTablesCommand({}),
  );
  server.close();
  expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/dynamodb\/aws4_request/);
});

test('without credentials in the environment nothing is guessed', async () => {
  delete process.env.AWS_SECRET_ACCESS_KEY;
  await expect(defaultProvider()()).rejects.toThrow('no credentials');
});
