import { expect, test } from 'vitest';
import { type Alias } from '../../../infra/local/states/index.ts';
import { machineArn, room, start, task } from './machine-room.ts';

const resting = { States: { Rest: { Type: 'Wait', Seconds: 90, End: true } } };
const executionOf = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:machine:${name}`;
const named = (name: string) => expect.objectContaining({ name }) as Error;

test('StartExecution answers the ARN and when it started', () => {
  const { call } = room(resting);
  expect(call('AWSStepFunctions.StartExecution', { stateMachineArn: machineArn, name: 'one' })).toEqual({
    executionArn: executionOf('one'),
    startDate: start / 1_000,
  });
});

test('the same name and input while it runs answers the same and starts nothing', async () => {
  const { call, advance, emitted } = room({
    States: { First: { Type: 'Wait', Seconds: 90, Next: 'Do' }, Do: task('nobody') },
  });
  const request = { stateMachineArn: machineArn, name: 'one', input: '{"a":1}' };
  const first = call('StartExecution', request);
  await advance(60);
  expect(call('StartExecution', request)).toEqual(first);
  expect(emitted).toHaveLength(1);
});

test('another input under the same name is an ExecutionAlreadyExists', () => {
  const { call } = room(resting);
  call('StartExecution', { stateMachineArn: machineArn, name: 'one', input: '{"a":1}' });
  const again = () => call('StartExecution', { stateMachineArn: machineArn, name: 'one', input: '{"a":2}' });
  expect(again).toThrow(named('ExecutionAlreadyExists'));
  expect(again).toThrow(`Execution Already Exists: '${executionOf('one')}'`);
});

test('the name of an execution that has ended is taken for 90 days', async () => {
  const { call, states, advance } = room(resting);
  states.restore();
  const begin = () => call('StartExecution', { stateMachineArn: machineArn, name: 'one' });
  begin();
  await advance(90 * 86_400);
  expect(begin).toThrow(named('ExecutionAlreadyExists'));
  await advance(2 * 86_400);
  expect(begin).not.toThrow();
});

test.each(['', 'a b', 'a/b', 'a:b', 'x'.repeat(81), 'a\u0000'])('the name "%s" is an InvalidName', (name) => {
  const { call } = room(resting);
  expect(() => call('StartExecution', { stateMachineArn: machineArn, name })).toThrow(named('InvalidName'));
});

const refusals: [rule: string, action: string, body: object, error: string][] = [
  ['an input that is no JSON', 'StartExecution', { stateMachineArn: machineArn, input: '{' }, 'InvalidExecutionInput'],
  ['a machine that is not there', 'StartExecution', { stateMachineArn: `${machineArn}x` }, 'StateMachineDoesNotExist'],
  ['a version that is not there', 'StartExecution', { stateMachineArn: `${machineArn}:9` }, 'StateMachineDoesNotExist'],
  [
    'an execution that is not there',
    'DescribeExecution',
    { executionArn: executionOf('nobody') },
    'ExecutionDoesNotExist',
  ],
  ['stopping what is not there', 'StopExecution', { executionArn: executionOf('nobody') }, 'ExecutionDoesNotExist'],
  [
    'the history of what is not there',
    'GetExecutionHistory',
    { executionArn: executionOf('nobody') },
    'ExecutionDoesNotExist',
  ],
  ['what is no ARN of an execution', 'DescribeExecution', { executionArn: 'execution' }, 'InvalidArn'],
  ['a page that nobody handed out', 'ListExecutions', { stateMachineArn: machineArn, nextToken: '!' }, 'InvalidToken'],
  ['a list of a machine that is not there', 'ListExecutions', { stateMachineArn: 'x' }, 'StateMachineDoesNotExist'],
  ['a request without its ARN', 'StartExecution', {}, 'ValidationException'],
  ['an alias that is not there', 'DescribeStateMachineAlias', { stateMachineAliasArn: 'x' }, 'ResourceNotFound'],
  ['an action that the engine does not know', 'RedriveExecution', {}, 'UnknownOperationException'],
];

test.each(refusals)('%s is refused', (_rule, action, body, error) => {
  expect(() => room(resting).call(action, body)).toThrow(named(error));
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

test('what a stopped execution was calling comes back to nothing', async () => {
  let answer: (value: unknown) => void = () => undefined;
  const slow = () => new Promise((resolve) => (answer = resolve));
  const { call, describe, settled, invoked } = room(
    { States: { Do: task('slow', { Next: 'More' }), More: task('slow') } },
    { slow },
  );
  const { executionArn } = call<{ executionArn: string }>('StartExecution', { stateMachineArn: machineArn });
  await new Promise((done) => setTimeout(done, 5));
  call('StopExecution', { executionArn });
  answer(1);
  await settled();
  expect(describe(executionArn).status).toBe('ABORTED');
  expect(invoked).toHaveLength(1);
});

test('ListExecutions pages from the newest, by status, machine, version and alias', async () => {
  const alias: Alias = { aliasArn: `${machineArn}:live`, routing: [{ versionArn: `${machineArn}:1`, weight: 100 }] };
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

test('an execution started by an alias runs on a version and shows both', async () => {
  const [aliasArn, versionArn] = [`${machineArn}:live`, `${machineArn}:3`];
  const { call, describe, settled, emitted } = room(
    resting,
    {},
    { aliases: [{ aliasArn, routing: [{ versionArn, weight: 100 }] }] },
  );
  const { executionArn } = call<{ executionArn: string }>('StartExecution', {
    stateMachineArn: aliasArn,
    name: 'v3-x',
  });
  await settled();
  expect(executionArn).toBe(executionOf('v3-x'));
  expect(describe(executionArn)).toMatchObject({
    stateMachineArn: machineArn,
    stateMachineAliasArn: aliasArn,
    stateMachineVersionArn: versionArn,
  });
  expect(emitted).toMatchObject([{ stateMachineAliasArn: aliasArn, stateMachineVersionArn: versionArn }]);
});

test('an alias with two versions sends each its share, the same name always to the same', () => {
  const routing = [
    { versionArn: `${machineArn}:1`, weight: 90 },
    { versionArn: `${machineArn}:2`, weight: 10 },
  ];
  const { call, describe } = room(resting, {}, { aliases: [{ aliasArn: `${machineArn}:live`, routing }] });
  const versions = Array.from({ length: 500 }, (_, index) => {
    const { executionArn } = call<{ executionArn: string }>('StartExecution', {
      stateMachineArn: `${machineArn}:live`,
      name: `n${index}`,
    });
    return describe(executionArn).stateMachineVersionArn;
  });
  const second = versions.filter((arn) => arn === `${machineArn}:2`).length;
  expect(second).toBeGreaterThan(25);
  expect(second).toBeLessThan(80);
});

test('machines, versions and aliases are described', async () => {
  const aliasArn = `${machineArn}:live`;
  const versions = [1, 2].map((number) => ({ arn: `${machineArn}:${number}`, stateMachineArn: machineArn }));
  const aliases = [{ aliasArn, routing: [{ versionArn: `${machineArn}:2`, weight: 100 }] }];
  const { call, begin } = room(resting, {}, { versions, aliases });
  const described = call<{ definition: string }>('DescribeStateMachine', { stateMachineArn: machineArn });
  expect(described).toMatchObject({ name: 'machine', status: 'ACTIVE', type: 'STANDARD', stateMachineArn: machineArn });
  expect(JSON.parse(described.definition)).toMatchObject(resting);
  expect(call('ListStateMachines', {})).toMatchObject({
    stateMachines: [{ stateMachineArn: machineArn, name: 'machine' }],
  });
  expect(call('ListStateMachineVersions', { stateMachineArn: machineArn })).toMatchObject({
    stateMachineVersions: [
      { stateMachineVersionArn: `${machineArn}:2` },
      { stateMachineVersionArn: `${machineArn}:1` },
    ],
  });
  expect(call('DescribeStateMachineAlias', { stateMachineAliasArn: aliasArn })).toMatchObject({
    name: 'live',
    routingConfiguration: [{ stateMachineVersionArn: `${machineArn}:2`, weight: 100 }],
  });
  const executionArn = await begin();
  expect(call('DescribeStateMachineForExecution', { executionArn })).toMatchObject({
    stateMachineArn: machineArn,
    definition: described.definition,
  });
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

const unable: [what: string, state: object, hint: RegExp][] = [
  ['JSONPath fields', { Type: 'Pass', ResultPath: '$.x', End: true }, /ResultPath/],
  ['JSONPath states', { Type: 'Pass', QueryLanguage: 'JSONPath', End: true }, /QueryLanguage/],
  [
    'a resource other than a function',
    { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true },
    /Lambda functions only/,
  ],
  ['an unknown type of state', { Type: 'Loop', End: true }, /Type/],
  ['a state that leads nowhere', { Type: 'Pass' }, /Next or End/],
  ['a state that leads to none', { Type: 'Pass', Next: 'Nobody' }, /no state "Nobody"/],
  ['a Wait without a time', { Type: 'Wait', End: true }, /Seconds or Timestamp/],
  ['an expression that is none', { Type: 'Pass', Output: '{% ) %}', End: true }, /Output/],
  [
    'a distributed Map',
    { Type: 'Map', End: true, ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'A', States: {} } },
    /Mode/,
  ],
];

test.each(unable)('%s: refused when the engine starts, with the name of the machine', (_what, state, hint) => {
  const create = () => room({ States: { Only: state } });
  expect(create).toThrow(/state machine machine/);
  expect(create).toThrow(hint);
});
