import {
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { stepFunctions } from '#lib/aws/step-functions/executions.ts';

const sfn = mockClient(SFNClient);
beforeEach(() => sfn.reset());
afterAll(() => sfn.restore());

const alias = 'arn:aws:states:ap-northeast-2:123456789012:stateMachine:dev-onboarding:live';
const arn = 'arn:aws:states:ap-northeast-2:123456789012:execution:dev-onboarding:v1-abc';
const facts = { message: '', $metadata: {} };
const executions = stepFunctions(new SFNClient({}));

test('an execution that was started before has the same ARN', async () => {
  sfn.on(StartExecutionCommand).resolvesOnce({ executionArn: arn }).rejects(new ExecutionAlreadyExists(facts));
  expect(await executions.start(alias, 'v1-abc', {})).toBe(arn);
  expect(await executions.start(alias, 'v1-abc', {})).toBe(arn);
});

test('what never was need not be stopped; other errors are told', async () => {
  sfn.on(StopExecutionCommand).rejectsOnce(new ExecutionDoesNotExist(facts)).rejects(new Error('AccessDenied'));
  await executions.stop(arn, 'exit');
  await expect(executions.stop(arn, 'exit')).rejects.toThrow('AccessDenied');
});

test('a token is good once', async () => {
  sfn.on(SendTaskSuccessCommand).resolvesOnce({}).rejects(new TaskTimedOut(facts));
  expect(await executions.resume('token', { answer: 'yes' })).toBe('resumed');
  expect(await executions.resume('token', { answer: 'yes' })).toBe('late');
});
