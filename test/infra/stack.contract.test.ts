import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, test } from 'vitest';
import { compilePattern } from '../../infra/local/eventbridge/event-patterns.ts';
import { giveUpAfterHours, streamLimits } from '../../lib/aws/table/stream-limits.ts';
import { keys } from '../../lib/model/keys/table-keys.ts';
import { deployedJourneys } from '../../lib/journey/publishing/deployed-journeys.ts';
import { resourcesOf, templateOf } from './synthesized-template.ts';

let template: Template;
beforeAll(async () => (template = await templateOf('prod')));

test('every route leads to a function that the gateway may call', () => {
  const integrations = resourcesOf(template, 'AWS::ApiGatewayV2::Integration');
  const permissions = JSON.stringify(resourcesOf(template, 'AWS::Lambda::Permission'));
  for (const { Properties } of Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Route'))) {
    const [, id = ''] = /"Ref":"(\w+)"/.exec(JSON.stringify(Properties.Target)) ?? [];
    expect(integrations[id]?.Properties).toMatchObject({ PayloadFormatVersion: '2.0', IntegrationType: 'AWS_PROXY' });
    const [, fn = 'none'] = /"Fn::GetAtt":\["(\w+)","Arn"\]/.exec(JSON.stringify(integrations[id])) ?? [];
    expect(permissions).toContain(`"${fn}"`);
  }
});

test('a function behind the gateway ends before the gateway gives up after 30 seconds', () => {
  const functions = resourcesOf(template, 'AWS::Lambda::Function');
  const timeouts = Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Integration')).map((integration) => {
    const [, id = ''] = /"Fn::GetAtt":\["(\w+)","Arn"\]/.exec(JSON.stringify(integration)) ?? [];
    return Number(functions[id]?.Properties.Timeout);
  });
  expect(timeouts.length).toBeGreaterThan(10);
  expect(Math.max(...timeouts)).toBe(29);
});

test('the gateway throttles and logs each request', () => {
  template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
    DefaultRouteSettings: { ThrottlingRateLimit: 5_000, ThrottlingBurstLimit: 5_000 },
    AccessLogSettings: { DestinationArn: Match.anyValue() },
  });
});

test('the edge keeps nothing, runs its function on each request, and hands on all but the host', () => {
  template.hasResourceProperties('AWS::CloudFront::Distribution', {
    DistributionConfig: {
      DefaultCacheBehavior: {
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad', // CachingDisabled
        OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac', // AllViewerExceptHostHeader
        ViewerProtocolPolicy: 'https-only',
        FunctionAssociations: [{ EventType: 'viewer-request' }],
      },
    },
  });
  template.hasResourceProperties('AWS::CloudFront::Function', { FunctionConfig: { Runtime: 'cloudfront-js-2.0' } });
});

test('the table is on demand, backed up, forgets by ttl, tells both images, and pins a customer to one shard', () => {
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    BillingMode: 'PAY_PER_REQUEST',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    GlobalSecondaryIndexes: [
      { IndexName: 'byList', Projection: { ProjectionType: 'KEYS_ONLY' } },
      { IndexName: 'byDue', Projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
    LocalSecondaryIndexes: [{ IndexName: 'pinned', Projection: { ProjectionType: 'KEYS_ONLY' } }],
  });
});

test.each([
  ['prod', 'Retain', true],
  ['dev', 'Delete', false],
])('in %s the table’s fate with the stack is %s', async (environment, DeletionPolicy, DeletionProtectionEnabled) => {
  const [table] = Object.values(resourcesOf(await templateOf(environment), 'AWS::DynamoDB::Table'));
  expect(table).toMatchObject({ DeletionPolicy, Properties: { DeletionProtectionEnabled } });
});

const mappings = () => Object.entries(resourcesOf(template, 'AWS::Lambda::EventSourceMapping'));

test('the stream has at most two readers, which retry within bounds, halve and put aside', () => {
  expect(mappings()).toHaveLength(2);
  for (const [, { Properties }] of mappings()) {
    expect(Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: giveUpAfterHours * 3_600,
      DestinationConfig: { OnFailure: {} },
    });
    expect(Properties).not.toHaveProperty('MaximumRetryAttempts');
  }
});

test('functions name what is held up well before the mapping gives it up, and that well before the stream forgets it', () => {
  const hourMs = 3_600_000;
  expect(giveUpAfterHours * hourMs - streamLimits.asideAfterMs).toBeGreaterThanOrEqual(hourMs);
  expect(24 - giveUpAfterHours).toBeGreaterThanOrEqual(1);
});

test('the projector gets touchpoints that are brought back, and barriers, and no other change of them', () => {
  const { sk } = keys.touchpoint(customer, '2026-03-01T00:00:00.000Z', 'm');
  expect(passes('ProfileProject', { eventName: 'MODIFY', sk })).toBe(false);
  expect(passes('ProfileProject', { eventName: 'MODIFY', sk, image: { redriven: { S: '1 x' } } })).toBe(true);
  expect(passes('ProfileProject', { eventName: 'REMOVE', sk, image: { redriven: { S: '1 x' } } })).toBe(false);
  for (const eventName of ['INSERT', 'MODIFY'])
    expect(passes('ProfileProject', { eventName, sk: keys.barrier(customer).sk })).toBe(true);
});

test('the projector reads a shard one batch at a time: only so a customer’s touchpoints come in order', () => {
  const [, project] = mappings().find(([id]) => id.startsWith('ProfileProject')) ?? [];
  expect(project?.Properties.ParallelizationFactor).toBe(1);
});

const customer = { workspace: 'w', customer: 'u:ada' };

/** What a reader of the stream gets: `true` for records that pass its filters. */
function passes(reader: string, record: { eventName: string; sk: string; image?: object }): boolean {
  const [, mapping] = mappings().find(([id]) => id.startsWith(reader)) ?? [];
  const { Filters } = mapping!.Properties.FilterCriteria as { Filters: { Pattern: string }[] };
  const { eventName, sk, image = {} } = record;
  const event = { eventName, dynamodb: { Keys: { pk: { S: 'w#u:ada' }, sk: { S: sk } }, NewImage: image } };
  return Filters.some(({ Pattern }) => compilePattern(JSON.parse(Pattern))(event));
}

const at = '2026-11-01T00:00:00.000Z';
const rows = {
  touchpoint: keys.touchpoint(customer, at, 'm').sk,
  skew: keys.clockSkew(customer, at, 'm').sk,
  profile: keys.profile(customer).sk,
  stage: keys.stageTransition(customer, at, 's').sk,
  decision: keys.decision(customer, at, 'd').sk,
  message: keys.message(customer, at, 'm').sk,
  send: keys.send(customer, 's').sk,
  enrolment: keys.enrolment(customer, 'e').sk,
  entry: keys.entry(customer, 'onboarding', '').sk,
  wait: keys.wait(customer, 'w').sk,
  task: keys.task(customer, 't').sk,
};

test('the projector gets new touchpoints and nothing else', () => {
  const inserted = Object.entries(rows).filter(([, sk]) => passes('ProfileProject', { eventName: 'INSERT', sk }));
  expect(inserted.map(([name]) => name)).toEqual(['touchpoint']);
  expect(passes('ProfileProject', { eventName: 'MODIFY', sk: rows.touchpoint })).toBe(false);
});

test('relay gets what others must know, and no touchpoint', () => {
  const inserted = Object.entries(rows).filter(([, sk]) => passes('ProfileRelay', { eventName: 'INSERT', sk }));
  expect(inserted.map(([name]) => name)).toEqual(['decision', 'enrolment', 'task']);
});

test('relay gets profiles that carry signals, and stays that end', () => {
  const { profile: sk, enrolment } = rows;
  expect(passes('ProfileRelay', { eventName: 'MODIFY', sk, image: { signals: { S: '[]' } } })).toBe(true);
  expect(passes('ProfileRelay', { eventName: 'MODIFY', sk, image: { doc: { S: '{}' } } })).toBe(false);
  const ended = { status: { S: 'ended' } };
  expect(passes('ProfileRelay', { eventName: 'MODIFY', sk: enrolment, image: ended })).toBe(true);
  expect(passes('ProfileRelay', { eventName: 'MODIFY', sk: enrolment, image: { status: { S: 'active' } } })).toBe(
    false,
  );
});

test('each journey is a state machine with a version that stays and an alias that newcomers enter by', () => {
  // One more trains churn models.
  template.resourceCountIs('AWS::StepFunctions::StateMachine', deployedJourneys.length + 1);
  template.resourceCountIs('AWS::StepFunctions::StateMachineAlias', deployedJourneys.length);
  const versions = Object.values(resourcesOf(template, 'AWS::StepFunctions::StateMachineVersion'));
  expect(versions).toHaveLength(deployedJourneys.length);
  for (const version of versions) expect(version.DeletionPolicy).toBe('Retain');
});

test('conclude hears of our own executions only', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    EventBusName: Match.absent(),
    EventPattern: {
      source: ['aws.states'],
      detail: { stateMachineArn: [{ prefix: { 'Fn::Join': Match.anyValue() } }] },
    },
  });
});

test('silence is looked for every quarter of an hour', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(15 minutes)',
    FlexibleTimeWindow: { Mode: 'OFF' },
  });
});

test.each([
  ['prod', 'Retain'],
  ['dev', 'Delete'],
])('in %s exports of the table are sealed, gone after a day, and reached by TLS alone', async (environment, policy) => {
  const own = await templateOf(environment);
  const [[id, bucket] = []] = Object.entries(resourcesOf(own, 'AWS::S3::Bucket'));
  expect(bucket?.DeletionPolicy).toBe(policy);
  expect(bucket?.Properties).toMatchObject({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    LifecycleConfiguration: { Rules: [{ ExpirationInDays: 1, Status: 'Enabled' }] },
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
  });
  own.hasResourceProperties('AWS::S3::BucketPolicy', {
    Bucket: { Ref: id },
    PolicyDocument: {
      Statement: [{ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    },
  });
});
