import { createHash } from 'node:crypto';
import * as z from 'zod';
import { account, type Identity, type RawResource, region } from './intrinsics.ts';

const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${account}:${rest}`;

const AliasRoute = z.object({ StateMachineVersionArn: z.string() });

interface Named {
  /**
   * The resource's own name: from the template where it gives one, else made of the stack and the
   * logical id.
   */
  name: string;
  property: (name: string) => string | undefined;
  properties: Record<string, unknown>;
}

type Identify = (resource: Named) => Identity;

const byName =
  (service: string, prefix: string): Identify =>
  ({ name }) => ({ ref: name, attributes: { Arn: arn(service, `${prefix}${name}`) } });

const table: Identify = ({ name }) => ({
  ref: name,
  attributes: {
    Arn: arn('dynamodb', `table/${name}`),
    // One label for ever: a table that is made anew has a new journal beside it, too.
    StreamArn: arn('dynamodb', `table/${name}/stream/2026-01-01T00:00:00.000`),
    TableId: name,
  },
});

/** Which property names a resource of the type. */
const nameProperties: Record<string, string> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

const identities: Record<string, Identify> = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::Lambda::Function': byName('lambda', 'function:'),
  'AWS::Lambda::Version': ({ property }) => ({
    ref: `${functionArn(property('FunctionName'))}:1`,
    attributes: { Version: '1', FunctionArn: functionArn(property('FunctionName')) },
  }),
  'AWS::Lambda::Alias': ({ name, property }) => {
    const alias = `${functionArn(property('FunctionName'))}:${property('Name') ?? name}`;
    return { ref: alias, attributes: { AliasArn: alias } };
  },
  'AWS::SQS::Queue': ({ name }) => ({
    ref: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
    attributes: {
      Arn: arn('sqs', name),
      QueueName: name,
      QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
    },
  }),
  'AWS::Events::EventBus': ({ name }) => ({
    ref: name,
    attributes: { Arn: arn('events', `event-bus/${name}`), Name: name },
  }),
  'AWS::Events::Rule': byName('events', 'rule/'),
  'AWS::Events::Archive': byName('events', 'archive/'),
  'AWS::Scheduler::Schedule': byName('scheduler', 'schedule/default/'),
  'AWS::Scheduler::ScheduleGroup': byName('scheduler', 'schedule-group/'),
  'AWS::StepFunctions::StateMachine': ({ name }) => {
    const self = arn('states', `stateMachine:${name}`);
    return { ref: self, attributes: { Arn: self, Name: name, StateMachineRevisionId: '1' } };
  },
  'AWS::StepFunctions::StateMachineVersion': ({ name, property }) => {
    const self = `${property('StateMachineArn') ?? ''}:${versionNumber(name)}`;
    return { ref: self, attributes: { Arn: self } };
  },
  'AWS::StepFunctions::StateMachineAlias': ({ name, properties }) => {
    const [route] = AliasRoute.array().parse(properties.RoutingConfiguration ?? [properties.DeploymentPreference]);
    const self = `${route?.StateMachineVersionArn.replace(/:\d+$/, '') ?? ''}:${name}`;
    return { ref: self, attributes: { Arn: self } };
  },
  'AWS::IAM::Role': ({ name }) => ({
    ref: name,
    attributes: { Arn: `arn:aws:iam::${account}:role/${name}`, RoleId: name },
  }),
  'AWS::Logs::LogGroup': byName('logs', 'log-group:'),
  'AWS::SNS::Topic': ({ name }) => ({
    ref: arn('sns', name),
    attributes: { TopicArn: arn('sns', name), TopicName: name },
  }),
  'AWS::KMS::Key': byName('kms', 'key/'),
  'AWS::ApiGatewayV2::Api': ({ name }) => ({
    ref: name,
    attributes: { ApiId: name, ApiEndpoint: `https://${name}.execute-api.${region}.amazonaws.com` },
  }),
  'AWS::CloudFront::Distribution': ({ name }) => ({
    ref: name,
    attributes: { Id: name, DomainName: `${name.toLowerCase()}.cloudfront.net` },
  }),
  'AWS::CloudFront::Function': ({ name }) => ({ ref: name, attributes: { FunctionARN: name } }),
  'AWS::CloudFront::KeyValueStore': ({ name }) => ({ ref: name, attributes: { Arn: name, Id: name } }),
  'AWS::S3::Bucket': ({ name }) => ({
    ref: name.toLowerCase(),
    attributes: {
      Arn: `arn:aws:s3:::${name.toLowerCase()}`,
      DomainName: `${name.toLowerCase()}.s3.amazonaws.com`,
      RegionalDomainName: `${name.toLowerCase()}.s3.${region}.amazonaws.com`,
    },
  }),
};

const functionArn = (name = ''): string => (name.startsWith('arn:') ? name : arn('lambda', `function:${name}`));

/**
 * A new definition is a resource with a new id, and so a new number. Numbers of one machine do not
 * follow each other.
 */
const versionNumber = (id: string): number => createHash('sha256').update(id).digest().readUInt32BE() >>> 8;

/** CDK ends a logical id with eight hex digits of its path. */
const readable = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');

/**
 * What the local account calls a resource. Names stay the same over restarts: the journal and the
 * table are kept under them.
 */
export function identify(logicalId: string, { Type }: RawResource, properties: Record<string, unknown>): Identity {
  const property = (name: string): string | undefined => {
    const value = properties[name];
    return typeof value === 'string' ? value : undefined;
  };
  const given = property(nameProperties[Type] ?? 'Name');
  const name = given ?? readable(logicalId);
  const known = identities[Type];
  if (!known) return { ref: name, attributes: { Arn: arn('local', `${Type}/${name}`), Id: name } };
  return known({ name, property, properties });
}
