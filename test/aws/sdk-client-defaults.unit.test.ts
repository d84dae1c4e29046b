import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { sdkClientDefaults } from '../../lib/aws/sdk-client-defaults.ts';
import { Problem, toProblem } from '../../lib/aws/http/problem.ts';

/** A server that takes every request and answers none. */
async function aServerThatHangs(): Promise<string> {
  const server = createServer(() => undefined);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
}

/** What asking a table there ends with. */
async function failureAt(endpoint: string): Promise<unknown> {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = new DynamoDBClient({
    ...sdkClientDefaults,
    maxAttempts: 1,
    endpoint,
    region: 'eu-west-1',
    credentials,
  });
  onTestFinished(() => client.destroy());
  const command = new GetItemCommand({ TableName: 'customers', Key: { pk: { S: 'a' } } });
  return client.send(command).catch((error: unknown) => error);
}

const told = (error: unknown): Problem => Problem.parse(JSON.parse(toProblem(error, 'r-1').body ?? ''));

test('a service that takes a request and never answers is given up, and told as unavailable', async () => {
  const failure = await failureAt(await aServerThatHangs());
  expect(failure).toMatchObject({ name: 'TimeoutError' });
  expect(told(failure)).toMatchObject({ status: 503, code: 'service.unavailable' });
});

test('so is one that is not there', async () => {
  expect(told(await failureAt('http://127.0.0.1:1'))).toMatchObject({ status: 503, code: 'service.unavailable' });
});

test('what we asked wrongly is our own fault', () => {
  const refused = Object.assign(new Error('one key too few'), { $metadata: {}, $fault: 'client' });
  expect(told(refused)).toMatchObject({ status: 500, code: 'internal' });
});
