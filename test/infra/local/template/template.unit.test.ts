import { expect, test } from 'vitest';
import { type RawResource } from '#infra/local/template/intrinsics.ts';
import { localRoutes } from '#infra/local/http/gateway-routes.ts';
import { resolveTemplate } from '#infra/local/template/template.ts';

const read = (Resources: Record<string, RawResource>, rest: object = {}) =>
  resolveTemplate({ Resources, ...rest }, { stackName: 'throughline-dev', directory: '/assembly' });

const aFunction = (environment: Record<string, unknown>, name = 'collect'): RawResource => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Code: { S3Key: 'abc.zip' }, FunctionName: name, Environment: { Variables: environment } },
});
const variables = (environment: Record<string, unknown>, others: Record<string, RawResource> = {}, rest: object = {}) =>
  read({ F: aFunction(environment), ...others }, rest).functions[0]!.environment;

const aQueue: RawResource = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } };

test.each([
  ['Ref of a parameter', { Ref: 'Stage' }, 'prod'],
  ['Ref of a pseudo-parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
  ['Ref of a queue', { Ref: 'Dead' }, 'https://sqs.us-east-1.amazonaws.com/000000000000/dead'],
  ['Fn::GetAtt', { 'Fn::GetAtt': ['Dead', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:dead'],
  ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Dead.QueueName' }, 'dead'],
  ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Stage' }]] }, 'a-prod'],
  ['Fn::Sub', { 'Fn::Sub': '${AWS::AccountId}/${Dead.QueueName}/${!Kept}' }, '000000000000/dead/${Kept}'],
  ['Fn::Sub with its own names', { 'Fn::Sub': ['${X}', { X: { Ref: 'Stage' } }] }, 'prod'],
  ['Fn::Select of Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
  ['Fn::If', { 'Fn::If': ['IsProd', 'yes', 'no'] }, 'yes'],
  ['Fn::FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'size'] }, 'large'],
])('%s is resolved', (_, value, expected) => {
  const rest = {
    Parameters: { Stage: { Default: 'prod' } },
    Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
    Mappings: { Sizes: { prod: { size: 'large' } } },
  };
  expect(variables({ VALUE: value }, { Dead: aQueue }, rest)).toEqual({ VALUE: expected });
});

test('a value that is AWS::NoValue is not there', () => {
  const value = { 'Fn::If': ['Never', 'x', { Ref: 'AWS::NoValue' }] };
  expect(variables({ VALUE: value }, {}, { Conditions: { Never: { 'Fn::Equals': [1, 2] } } })).toEqual({});
});

test('a resource whose condition does not hold is not there', () => {
  const { queues } = read(
    { Dead: { ...aQueue, Condition: 'No' } },
    { Conditions: { No: { 'Fn::Not': [{ 'Fn::Equals': [1, 1] }] } } },
  );
  expect(queues).toEqual([]);
});

test.each([
  ['a name nobody has', { Ref: 'Ghost' }, 'nothing is called Ghost'],
  ['an attribute we do not know', { 'Fn::GetAtt': ['Dead', 'Ghost'] }, 'AWS::SQS::Queue has no Ghost'],
  ['a function we do not know', { 'Fn::ImportValue': 'x' }, 'Fn::ImportValue is not known'],
])('%s is an error, never a guess', (_, value, message) => {
  expect(() => variables({ VALUE: value }, { Dead: aQueue })).toThrow(message);
});

test('what the runner does not know is reported', () => {
  const { unsupported } = read({ Pool: { Type: 'AWS::Cognito::UserPool' }, Role: { Type: 'AWS::IAM::Role' } });
  expect(unsupported).toEqual(['Pool (AWS::Cognito::UserPool)']);
});

test('a function without a name is called by its logical id', () => {
  const { functions } = read({ ProfileProject0A1B2C3D: { Type: 'AWS::Lambda::Function', Properties: { Code: {} } } });
  expect(functions[0]).toMatchObject({
    ref: 'ProfileProject',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:ProfileProject',
  });
});

test('an alias of a state machine leads to its version', () => {
  const machine = {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: { StateMachineName: 'onboarding', RoleArn: 'r', DefinitionString: '{}' },
  };
  const version = { Type: 'AWS::StepFunctions::StateMachineVersion', Properties: { StateMachineArn: { Ref: 'M' } } };
  const alias = {
    Type: 'AWS::StepFunctions::StateMachineAlias',
    Properties: { Name: 'live', RoutingConfiguration: [{ StateMachineVersionArn: { Ref: 'V' }, Weight: 100 }] },
  };
  const template = read({ A: alias, V: version, M: machine });
  const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:onboarding';
  const { arn: versionArn } = template.stateMachineVersions[0]!;
  expect(template.stateMachineAliases[0]).toMatchObject({ arn: `${arn}:live`, routing: [{ versionArn, weight: 100 }] });
  expect(versionArn).toMatch(/:onboarding:\d+$/);
});

test('routes lead through their integration to a function', () => {
  const api = { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'api' } };
  const uri = {
    'Fn::Join': [
      '',
      [
        'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/',
        { 'Fn::GetAtt': ['F', 'Arn'] },
        '/invocations',
      ],
    ],
  };
  const integration = {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Api' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: uri,
      PayloadFormatVersion: '2.0',
    },
  };
  const route = {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: { RouteKey: 'GET /health', Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'I' }]] } },
  };
  const template = read({ F: aFunction({}), Api: api, R: route, I: integration });
  const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:collect';
  expect(localRoutes(template)).toEqual([{ key: 'GET /health', functionArn, timeoutMs: 30_000 }]);
});

test('a stream is read as its mapping says', () => {
  const table = {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    },
  };
  const mapping = {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['Main', 'StreamArn'] },
      FunctionName: { Ref: 'F' },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Dead', 'Arn'] } } },
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
    },
  };
  const { mappings, tables } = read({ Main: table, M: mapping, F: aFunction({}), Dead: aQueue });
  expect(tables[0]).toMatchObject({ ref: 'Main', ttlAttribute: 'ttl' });
  expect(mappings[0]).toMatchObject({
    eventSourceArn: expect.stringContaining('table/Main/stream/') as string,
    functionName: 'collect',
    batchSize: 100,
    maxRetries: -1,
    reportsItemFailures: true,
    onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
    filters: ['{"eventName":["INSERT"]}'],
  });
});
