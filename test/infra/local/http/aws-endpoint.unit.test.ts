import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Handlers, startAwsEndpoint } from '#infra/local/http/aws-endpoint.ts';
import { AwsError } from '#infra/local/http/aws-error.ts';
import { localAccess } from '#infra/local/engines/create-tables.ts';

async function anEndpoint(handlers: Handlers) {
  const endpoint = await startAwsEndpoint({ handlers });
  onTestFinished(() => endpoint.stop());
  return endpoint.url;
}

const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:onboarding';

test('an action reaches its service, the answer its caller', async () => {
  const seen: unknown[] = [];
  const endpoint = await anEndpoint({
    AWSStepFunctions: (action, body) => {
      seen.push([action, body]);
      return Promise.resolve({ executionArn: 'arn:x', startDate: 1_772_323_200 });
    },
  });
  const client = new SFNClient({ endpoint, ...localAccess });
  const answer = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'v1-a', input: '{}' }));
  expect(answer).toMatchObject({ executionArn: 'arn:x', startDate: new Date('2026-03-01T00:00:00Z') });
  expect(seen).toEqual([['StartExecution', { stateMachineArn, name: 'v1-a', input: '{}' }]]);
});

test('an error by name is the exception class of the SDK', async () => {
  const endpoint = await anEndpoint({
    AWSStepFunctions: () => {
      throw new AwsError('ExecutionAlreadyExists', 'Execution Already Exists');
    },
  });
  const client = new SFNClient({ endpoint, ...localAccess });
  await expect(client.send(new StartExecutionCommand({ stateMachineArn }))).rejects.toBeInstanceOf(
    ExecutionAlreadyExists,
  );
});

test('a fault of ours is a 500, which the SDK tries again', async () => {
  const log = vi.spyOn(console, 'error').mockReturnValue(undefined);
  onTestFinished(() => log.mockRestore());
  let calls = 0;
  const endpoint = await anEndpoint({
    AWSStepFunctions: () => {
      if (calls++ === 0) throw new Error('oops');
      return { executionArn: 'arn:x', startDate: 0 };
    },
  });
  const client = new SFNClient({ endpoint, ...localAccess });
  await client.send(new StartExecutionCommand({ stateMachineArn }));
  expect(calls).toBe(2);
});

test('a service that is not there says so', async () => {
  const url = await anEndpoint({});
  const response = await fetch(url, { method: 'POST', headers: { 'x-amz-target': 'AWSInsights.Ask' }, body: '{}' });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ __type: 'UnknownOperationException' });
});
