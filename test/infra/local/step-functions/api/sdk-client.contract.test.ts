import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  GetExecutionHistoryCommand,
  InvalidToken,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { afterEach, expect, test } from 'vitest';
import { startAwsEndpoint } from '#infra/local/http/aws-endpoint.ts';
import { machineArn, room, start, task } from '../machine-harness.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The real SDK client in front of a machine that waits for a token. */
async function client() {
  const tokens: string[] = [];
  const waits = { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Output: '{% $states.result %}' };
  const machine = { States: { Ask: task('ask', waits, { token: '{% $states.context.Task.Token %}' }) } };
  const { states, settled } = room(machine, { ask: ({ token }: { token: string }) => void tokens.push(token) });
  const endpoint = await startAwsEndpoint({
    handlers: { AWSStepFunctions: (action, body) => states.call(action, body) },
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sfn = new SFNClient({ endpoint: endpoint.url, region: 'us-east-1', credentials });
  closing.push(async () => {
    sfn.destroy();
    await endpoint.stop();
  });
  return { sfn, tokens, settled };
}

test('the SDK starts, answers, describes and lists executions, with times as dates', async () => {
  const { sfn, tokens, settled } = await client();
  const { executionArn, startDate } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: machineArn, name: 'one' }),
  );
  await settled();
  await sfn.send(new SendTaskSuccessCommand({ taskToken: tokens[0], output: '{"a":1}' }));
  await settled();
  const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  expect(startDate).toEqual(new Date(start));
  expect(described).toMatchObject({ status: 'SUCCEEDED', output: '{"a":1}', stopDate: new Date(start) });
  const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: machineArn }));
  expect(executions).toMatchObject([{ name: 'one', status: 'SUCCEEDED', startDate }]);
  const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  expect(events?.at(-1)).toMatchObject({
    type: 'ExecutionSucceeded',
    timestamp: startDate,
    executionSucceededEventDetails: { output: '{"a":1}' },
  });
});

test('the SDK throws the exceptions it knows', async () => {
  const { sfn, tokens, settled } = await client();
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: machineArn, name: 'one' }));
  await settled();
  await sfn.send(new StopExecutionCommand({ executionArn }));
  const again = sfn.send(new StartExecutionCommand({ stateMachineArn: machineArn, name: 'one' }));
  await expect(again).rejects.toBeInstanceOf(ExecutionAlreadyExists);
  const late = sfn.send(new SendTaskFailureCommand({ taskToken: tokens[0] }));
  await expect(late).rejects.toBeInstanceOf(TaskTimedOut);
  const forged = sfn.send(new SendTaskSuccessCommand({ taskToken: 'made up', output: '1' }));
  await expect(forged).rejects.toBeInstanceOf(InvalidToken);
});
