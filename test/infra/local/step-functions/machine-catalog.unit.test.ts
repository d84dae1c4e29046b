import { expect, test } from 'vitest';
import { machineArn, room } from './machine-harness.ts';

const resting = { States: { Rest: { Type: 'Wait', Seconds: 90, End: true } } };
const executionOf = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:machine:${name}`;

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

const unable: [what: string, state: object, hint: RegExp][] = [
  ['JSONPath fields', { Type: 'Pass', ResultPath: '$.x', End: true }, /ResultPath/],
  ['JSONPath states', { Type: 'Pass', QueryLanguage: 'JSONPath', End: true }, /QueryLanguage/],
  [
    'a resource that nothing answers here',
    { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true },
    /Lambda functions and exports of a table only/,
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
