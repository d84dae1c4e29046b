import { expect, test, vi } from 'vitest';
import { type CatalogAlias } from '#infra/local/step-functions/machine-catalog.ts';
import { machineArn, room, start, task } from '../machine-harness.ts';

const resting = { States: { Rest: { Type: 'Wait', Seconds: 90, End: true } } };
const executionOf = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:machine:${name}`;
const nobody = { executionArn: executionOf('nobody') };
const named = (name: string) => expect.objectContaining({ name }) as Error;

test('StartExecution answers the ARN and when it started', () => {
  const { call } = room(resting);
  expect(call('AWSStepFunctions.StartExecution', { stateMachineArn: machineArn, name: 'one' })).toEqual({
    executionArn: executionOf('one'),
    startDate: start / 1_000,
  });
});

const refusals: [rule: string, error: string, call: [action: string, body: object]][] = [
  [
    'a machine that is not there',
    'StateMachineDoesNotExist',
    ['StartExecution', { stateMachineArn: `${machineArn}x` }],
  ],
  [
    'a version that is not there',
    'StateMachineDoesNotExist',
    ['StartExecution', { stateMachineArn: `${machineArn}:9` }],
  ],
  ['an execution that is not there', 'ExecutionDoesNotExist', ['DescribeExecution', nobody]],
  ['stopping what is not there', 'ExecutionDoesNotExist', ['StopExecution', nobody]],
  ['the history of what is not there', 'ExecutionDoesNotExist', ['GetExecutionHistory', nobody]],
  ['what is no ARN of an execution', 'InvalidArn', ['DescribeExecution', { executionArn: 'execution' }]],
  ['a page nobody handed out', 'InvalidToken', ['ListExecutions', { stateMachineArn: machineArn, nextToken: '!' }]],
  ['a list of no machine', 'StateMachineDoesNotExist', ['ListExecutions', { stateMachineArn: 'x' }]],
  ['a request without its ARN', 'ValidationException', ['StartExecution', {}]],
  ['an alias that is not there', 'ResourceNotFound', ['DescribeStateMachineAlias', { stateMachineAliasArn: 'x' }]],
  ['an action that the engine does not know', 'UnknownOperationException', ['RedriveExecution', {}]],
];

test.each(refusals)('%s is refused: %s', (_rule, error, call) => {
  expect(() => room(resting).call(...call)).toThrow(named(error));
});

test('DescribeExecution shows a running and an ended execution as AWS does', async () => {
  const { begin, advance, describe } = room(resting);
  const arn = await begin({ a: 1 }, 'one');
  const running = {
    executionArn: arn,
    stateMachineArn: machineArn,
    name: 'one',
    status: 'RUNNING',
    startDate: start / 1_000,
    input: '{"a":1}',
    inputDetails: { included: true },
    redriveCount: 0,
  };
  expect(describe(arn)).toMatchObject(running);
  expect(describe(arn)).not.toHaveProperty('stopDate');
  await advance(90);
  const ended = {
    status: 'SUCCEEDED',
    stopDate: start / 1_000 + 90,
    output: '{"a":1}',
    outputDetails: { included: true },
  };
  expect(describe(arn)).toMatchObject({ ...running, ...ended });
});

test('an execution out of time ends in mid-wait, and the bus is told', async () => {
  const { begin, advance, describe, emitted } = room({ ...resting, TimeoutSeconds: 60 });
  const arn = await begin();
  await advance(1_000);
  expect(describe(arn)).toMatchObject({ status: 'TIMED_OUT', stopDate: start / 1_000 + 60 });
  expect(emitted.map(({ status }) => status)).toEqual(['RUNNING', 'TIMED_OUT']);
});

test('StopExecution aborts in mid-wait; stopping again changes nothing', async () => {
  const { begin, call, describe, advance, emitted } = room(resting);
  const executionArn = await begin();
  const stopped = call('StopExecution', { executionArn, cause: 'exit' });
  expect(stopped).toEqual({ stopDate: start / 1_000 });
  await advance(1_000);
  expect(call('StopExecution', { executionArn, cause: 'again' })).toEqual(stopped);
  expect(describe(executionArn)).toMatchObject({ status: 'ABORTED', cause: 'exit' });
  expect(emitted.map(({ status }) => status)).toEqual(['RUNNING', 'ABORTED']);
});

test('an execution stopped at any moment of an evaluation has one end, and nothing after it', async () => {
  const machine = { States: { Only: { Type: 'Pass', Output: '{% $uuid() %}', End: true } } };
  const { call, history, settled, emitted } = room(machine);
  const ends: unknown[] = [];
  for (let ticks = 0; ticks < 30; ticks++) {
    const { executionArn } = call<{ executionArn: string }>('StartExecution', { stateMachineArn: machineArn });
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
    call('StopExecution', { executionArn });
    await settled();
    ends.push(history(executionArn).at(-1)!.type);
  }
  expect(new Set(ends)).toEqual(new Set(['ExecutionAborted', 'ExecutionSucceeded']));
  expect(emitted).toHaveLength(60);
});

test('what a stopped execution was calling comes back to nothing', async () => {
  let answer: (value: unknown) => void = () => undefined;
  const slow = () => new Promise((resolve) => (answer = resolve));
  const { call, describe, settled, invoked } = room(
    { States: { Do: task('slow', { Next: 'More' }), More: task('slow') } },
    { slow },
  );
  const { executionArn } = call<{ executionArn: string }>('StartExecution', { stateMachineArn: machineArn });
  await vi.waitFor(() => expect(invoked).toHaveLength(1));
  call('StopExecution', { executionArn });
  answer(1);
  await settled();
  expect(describe(executionArn).status).toBe('ABORTED');
  expect(invoked).toHaveLength(1);
});

test('ListExecutions pages from the newest, by status, machine, version and alias', async () => {
  const alias: CatalogAlias = {
    aliasArn: `${machineArn}:live`,
    routing: [{ versionArn: `${machineArn}:1`, weight: 100 }],
  };
  const { call, advance } = room(resting, {}, { aliases: [alias] });
  const start = (arn: string, name: string) => call('StartExecution', { stateMachineArn: arn, name });
  start(machineArn, 'a');
  start(`${machineArn}:1`, 'b');
  await advance(100);
  start(`${machineArn}:live`, 'c');
  const list = (stateMachineArn: string, query: object = {}) => {
    const { executions, nextToken } = call<{ executions: { name: string }[]; nextToken?: string }>('ListExecutions', {
      stateMachineArn,
      ...query,
    });
    return { names: executions.map(({ name }) => name), nextToken };
  };
  expect(list(machineArn).names).toEqual(['c', 'b', 'a']);
  expect(list(`${machineArn}:1`).names).toEqual(['c', 'b']);
  expect(list(`${machineArn}:live`).names).toEqual(['c']);
  expect(list(machineArn, { statusFilter: 'RUNNING' }).names).toEqual(['c']);
  const page = list(machineArn, { maxResults: 2 });
  expect(page.names).toEqual(['c', 'b']);
  expect(list(machineArn, { maxResults: 2, nextToken: page.nextToken }).names).toEqual(['a']);
});

test('a status change tells the bus what AWS tells', async () => {
  const { begin, advance, emitted } = room(resting);
  const executionArn = await begin({ a: 1 }, 'one');
  await advance(90);
  const running = {
    executionArn,
    stateMachineArn: machineArn,
    name: 'one',
    status: 'RUNNING',
    startDate: start,
    stopDate: null,
    input: '{"a":1}',
    inputDetails: { included: true },
    output: null,
    outputDetails: null,
    error: null,
    cause: null,
  };
  const succeeded = {
    status: 'SUCCEEDED',
    stopDate: start + 90_000,
    output: '{"a":1}',
    outputDetails: { included: true },
  };
  expect(emitted).toMatchObject([running, { ...running, ...succeeded }]);
});

test('a status change too large for the bus leaves the data out', async () => {
  const { begin, emitted } = room({ States: { Only: { Type: 'Pass', End: true } } });
  await begin({ text: 'x'.repeat(150_000) });
  expect(emitted[1]).toMatchObject({
    status: 'SUCCEEDED',
    input: null,
    inputDetails: { included: false },
    output: null,
  });
});
