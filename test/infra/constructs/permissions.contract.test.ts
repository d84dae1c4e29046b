import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, test } from 'vitest';
import { functionIds, permissionsOf, resourcesOf, templateOf } from '../synthesized-template.ts';

let template: Template;
beforeAll(async () => (template = await templateOf('prod')));

const allowed = (entry: string) => permissionsOf(template, functionIds(template)[entry] ?? '');
const actions = (entry: string) =>
  allowed(entry)
    .map(({ action }) => action)
    .sort();

test('collect may write touchpoints and read keys, and nothing else of the table', () => {
  expect(actions('ingestion/collect').filter((action) => action.startsWith('dynamodb:'))).toEqual([
    'dynamodb:BatchWriteItem',
    'dynamodb:GetItem',
    'dynamodb:UpdateItem',
  ]);
});

test('no role may do anything by wildcard', () => {
  for (const { Properties } of Object.values(resourcesOf(template, 'AWS::IAM::Policy'))) {
    const { Statement } = Properties.PolicyDocument as { Statement: { Action: string | string[] }[] };
    expect(Statement.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  }
});

test('everything is allowed on named resources but tracing and the listing of streams', () => {
  const everywhere = Object.values(functionIds(template)).flatMap((id) =>
    permissionsOf(template, id).filter(({ resource }) => resource === '"*"'),
  );
  expect([...new Set(everywhere.map(({ action }) => action))].sort()).toEqual([
    'dynamodb:ListStreams',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ]);
});

test('nobody may scan the table or change it', () => {
  const all = Object.keys(functionIds(template)).flatMap(actions);
  expect(all.filter((action) => /^dynamodb:(Scan|CreateTable|UpdateTable|DeleteTable|PartiQL)/.test(action))).toEqual(
    [],
  );
});

test('a query of an index is allowed on that index alone', () => {
  const resources = allowed('profile/customers').filter(({ action }) => action === 'dynamodb:Query');
  expect(resources.map(({ resource }) => /index\/(\w+)/.exec(resource)?.[1])).toEqual([undefined, 'byList']);
});

const who = (action: string) => Object.keys(functionIds(template)).filter((entry) => actions(entry).includes(action));

test('only publishing makes state machines, of our names, and hands them their one role; timers have another', () => {
  const making = ['CreateStateMachine', 'UpdateStateMachine', 'PublishStateMachineVersion', 'CreateStateMachineAlias'];
  for (const action of making) expect([action, who(`states:${action}`)]).toEqual([action, ['journey/publish']]);
  expect(who('iam:PassRole').sort()).toEqual(['journey/park', 'journey/publish']);
  const lent = allowed('journey/park').filter(({ action }) => action === 'iam:PassRole');
  expect(lent.map(({ resource }) => resource)).toEqual([expect.stringContaining('TimersRole')]);
  const passed = allowed('journey/publish').filter(({ action }) => action === 'iam:PassRole');
  expect(passed.map(({ resource }) => resource)).toEqual([expect.stringContaining('PublishedRole')]);
  const machines = allowed('journey/publish').filter(({ action }) => action === 'states:CreateStateMachine');
  expect(machines.map(({ resource }) => resource)).toEqual([
    expect.stringContaining('stateMachine:throughline-prod-*'),
  ]);
});

test('publishing and letting go start no journeys; enrol does', () => {
  expect(who('states:StartExecution')).toContain('journey/enrol');
  for (const entry of ['journey/publish', 'journey/release', 'journey/count', 'journey/journeys'])
    expect(who('states:StartExecution')).not.toContain(entry);
});

test('executions are started and stopped on machines of ours only', () => {
  const everywhere = Object.keys(functionIds(template)).flatMap(allowed);
  const steering = everywhere.filter(({ action }) => /^states:(Start|Stop)Execution$|^states:SendTask/.test(action));
  for (const { resource } of steering)
    expect(resource).toMatch(/(stateMachine|execution):throughline-prod(-\*|_train-churn)/);
});

test('e-mail may be sent where a sender is set, as that sender', async () => {
  expect(actions('journey/send')).not.toContain('ses:SendEmail');
  const withEmail = await templateOf('prod', { email: { from: 'hello@example.com', identity: 'example.com' } });
  const sends = permissionsOf(withEmail, functionIds(withEmail)['journey/send'] ?? '').filter(
    ({ action }) => action === 'ses:SendEmail',
  );
  expect(sends.map(({ resource }) => resource)).toEqual([expect.stringContaining('identity/example.com')]);
});

test('a journey may call the functions of its steps and no other', () => {
  const roles = Object.entries(resourcesOf(template, 'AWS::IAM::Policy')).filter(([id]) =>
    /^Journey(Onboarding|Retention)Role/.test(id),
  );
  expect(roles.length).toBe(2);
  for (const [, { Properties }] of roles) {
    const { Statement } = Properties.PolicyDocument as { Statement: { Action: unknown; Resource: unknown }[] };
    const invoked = JSON.stringify(Statement.find(({ Action }) => Action === 'lambda:InvokeFunction')?.Resource);
    expect(invoked).toMatch(/Send/);
    expect(invoked).not.toMatch(/Collect|Project|Relay|Enrol|\*/);
  }
});

test('gather reads exports of the table and writes its sample, and reads nothing of the table itself', () => {
  expect(actions('churn/gather').filter((action) => /^(dynamodb|s3):/.test(action))).toEqual([
    'dynamodb:PutItem',
    's3:GetObject',
  ]);
  expect(who('s3:GetObject')).toEqual(['churn/gather']);
});

test('only a training has the table exported, to the one bucket', () => {
  const policies = Object.entries(resourcesOf(template, 'AWS::IAM::Policy')).flatMap(([id, { Properties }]) => {
    const { Statement } = Properties.PolicyDocument as {
      Statement: { Action: string | string[]; Resource: unknown }[];
    };
    return Statement.map(({ Action, Resource }) => ({ id, actions: [Action].flat(), on: JSON.stringify(Resource) }));
  });
  const exporting = policies.filter(({ actions: all }) => all.some((one) => /Export|^s3:(Put|Abort)/.test(one)));
  expect(exporting.map(({ id }) => id)).toEqual(Array(3).fill(expect.stringMatching(/^ChurnTrainingRole/)));
  expect(exporting.map(({ actions: all, on }) => [all.join(), on])).toEqual([
    ['dynamodb:ExportTableToPointInTime', expect.stringMatching(/^\{"Fn::GetAtt":\["FoundationTable\w+","Arn"\]\}$/)],
    ['dynamodb:DescribeExport', expect.stringContaining('/export/*')],
    ['s3:PutObject,s3:PutObjectAcl,s3:AbortMultipartUpload', expect.stringContaining('/AWSDynamoDB/*')],
  ]);
});

test('nothing secret is written into the template', () => {
  expect(JSON.stringify(template.toJSON())).not.toMatch(/sk_|wk_|AKIA|BEGIN [A-Z ]*PRIVATE KEY|[Pp]assword/);
});
