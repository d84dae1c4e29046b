import { SFNClient } from '@aws-sdk/client-sfn';
import { afterEach, expect, test } from 'vitest';
import { startAwsEndpoint } from '#infra/local/http/aws-endpoint.ts';
import { stateMachines } from '#lib/aws/step-functions/state-machines.ts';
import { room } from '../../infra/local/step-functions/machine-harness.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const arnPrefix = 'arn:aws:states:us-east-1:000000000000:stateMachine:';
const rests = (seconds: number) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Rest',
  States: { Rest: { Type: 'Wait', Seconds: seconds, End: true } },
});

async function aRoom(journal?: Parameters<typeof room>[2]) {
  const engine = room({ States: { End: { Type: 'Succeed' } } }, {}, journal);
  const endpoint = await startAwsEndpoint({
    handlers: { AWSStepFunctions: (action, body) => engine.states.call(action, body) },
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sfn = new SFNClient({ endpoint: endpoint.url, region: 'us-east-1', credentials });
  closing.push(async () => {
    sfn.destroy();
    await endpoint.stop();
  });
  const home = { arnPrefix, roleArn: 'arn:aws:iam::000000000000:role/r', logGroupArn: 'arn:aws:logs:::g:*' };
  return { ...engine, machines: stateMachines(sfn, home) };
}

const durationOf = ({ call }: Awaited<ReturnType<typeof aRoom>>, arn: string): unknown => {
  const { definition } = call<{ definition: string }>('DescribeStateMachine', { stateMachineArn: arn });
  return (JSON.parse(definition) as ReturnType<typeof rests>).States.Rest.Seconds;
};

test('a definition becomes a version of a machine that is made for it, the same one when it is asked for again', async () => {
  const { machines } = await aRoom();
  const first = await machines.publish('mine', rests(1), 'one');
  expect(first).toBe(`${arnPrefix}mine:1`);
  expect(await machines.publish('mine', rests(1), 'one')).toBe(first);
  expect(await machines.publish('mine', rests(2), 'two')).toBe(`${arnPrefix}mine:2`);
});

test('each version keeps its definition, over a kill too', async () => {
  const before = await aRoom();
  for (const seconds of [1, 2]) await before.machines.publish('mine', rests(seconds), '');
  await before.machines.route('mine', [{ arn: `${arnPrefix}mine:1`, weight: 100 }]);
  const after = await aRoom({ journal: before.wreck() });
  expect([1, 2].map((n) => durationOf(after, `${arnPrefix}mine:${n}`))).toEqual([1, 2]);
  const { executionArn } = after.call<{ executionArn: string }>('StartExecution', {
    stateMachineArn: `${arnPrefix}mine:live`,
    name: 'v1-x',
  });
  await after.settled();
  expect(after.describe(executionArn)).toMatchObject({ stateMachineVersionArn: `${arnPrefix}mine:1` });
  expect(await after.machines.position(executionArn)).toBe('Rest');
  expect(await after.machines.publish('mine', rests(3), '')).toBe(`${arnPrefix}mine:3`);
});

test('an execution that runs stays on the version it was started on', async () => {
  const world = await aRoom();
  const first = await world.machines.publish('mine', rests(60), '');
  const { executionArn } = world.call<{ executionArn: string }>('StartExecution', { stateMachineArn: first });
  await world.settled();
  await world.machines.publish('mine', rests(5), '');
  await world.advance(30);
  expect(world.describe(executionArn).status).toBe('RUNNING');
  await world.advance(30);
  expect(world.describe(executionArn).status).toBe('SUCCEEDED');
});

test('the alias goes over to a new version by shares', async () => {
  const { machines, call } = await aRoom();
  const [one, two] = [await machines.publish('mine', rests(1), ''), await machines.publish('mine', rests(2), '')];
  await machines.route('mine', [{ arn: one, weight: 100 }]);
  await machines.route('mine', [
    { arn: two, weight: 30 },
    { arn: one, weight: 70 },
  ]);
  expect(call('DescribeStateMachineAlias', { stateMachineAliasArn: `${arnPrefix}mine:live` })).toMatchObject({
    routingConfiguration: [{ weight: 30 }, { weight: 70 }],
  });
});

test('a definition that the engine cannot run is refused, and what does not add up', async () => {
  const { machines } = await aRoom();
  await expect(machines.publish('mine', { States: {} }, '')).rejects.toMatchObject({ name: 'InvalidDefinition' });
  const arn = await machines.publish('mine', rests(1), '');
  await expect(machines.route('mine', [{ arn, weight: 60 }])).rejects.toMatchObject({ name: 'ValidationException' });
  expect(await machines.position(`${arnPrefix.replace('stateMachine', 'execution')}mine:nobody`)).toBeUndefined();
});
