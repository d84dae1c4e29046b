import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { Behaviors, EdgeFunction } from './edge-resources.ts';
import { identify } from './resource-identities.ts';
import { createResolver, type RawTemplate, type Resolver } from './intrinsics.ts';
import {
  AliasResource,
  Bucket,
  BusResource,
  EventInvokeConfig,
  EventSourceMapping,
  Integration,
  LambdaFunction,
  Queue,
  RouteResource,
  RuleResource,
  Schedule,
  StateMachineResource,
  StateMachineVersion,
  TableResource,
} from './resources.ts';

/**
 * A resource with its references resolved. `id` is its logical id, `ref` and `arn` are what the
 * local account calls it.
 */
export type Resolved<Properties> = Properties & { id: string; ref: string; arn: string };

const handled = {
  functions: { types: ['AWS::Lambda::Function'], shape: LambdaFunction },
  invokeConfigs: { types: ['AWS::Lambda::EventInvokeConfig'], shape: EventInvokeConfig },
  mappings: { types: ['AWS::Lambda::EventSourceMapping'], shape: EventSourceMapping },
  routes: { types: ['AWS::ApiGatewayV2::Route'], shape: RouteResource },
  integrations: { types: ['AWS::ApiGatewayV2::Integration'], shape: Integration },
  tables: { types: ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'], shape: TableResource },
  buckets: { types: ['AWS::S3::Bucket'], shape: Bucket },
  buses: { types: ['AWS::Events::EventBus'], shape: BusResource },
  rules: { types: ['AWS::Events::Rule'], shape: RuleResource },
  schedules: { types: ['AWS::Scheduler::Schedule'], shape: Schedule },
  queues: { types: ['AWS::SQS::Queue'], shape: Queue },
  stateMachines: { types: ['AWS::StepFunctions::StateMachine'], shape: StateMachineResource },
  stateMachineVersions: { types: ['AWS::StepFunctions::StateMachineVersion'], shape: StateMachineVersion },
  stateMachineAliases: { types: ['AWS::StepFunctions::StateMachineAlias'], shape: AliasResource },
  edgeFunctions: { types: ['AWS::CloudFront::Function'], shape: EdgeFunction },
  distributions: { types: ['AWS::CloudFront::Distribution'], shape: Behaviors },
} as const;

/**
 * Types that say who may, what is watched or where things are kept: nothing runs differently
 * without them on one machine.
 */
const withoutEffect = [
  /^AWS::IAM::/,
  /^AWS::Logs::/,
  /^AWS::CloudWatch::/,
  /^AWS::KMS::/,
  /^AWS::SNS::/,
  /^AWS::WAFv2::/,
  /^AWS::CDK::Metadata$/,
  /^AWS::Lambda::(Permission|Version|Alias|LayerVersion)$/,
  /^AWS::SQS::QueuePolicy$/,
  /^AWS::S3::BucketPolicy$/,
  /^AWS::Events::(EventBusPolicy|Archive)$/,
  /^AWS::EventSchemas::/,
  /^AWS::Scheduler::ScheduleGroup$/,
  /^AWS::ApiGatewayV2::(Api|Stage|Deployment|DomainName|ApiMapping)$/,
  /^AWS::CloudFront::(CachePolicy|OriginRequestPolicy|ResponseHeadersPolicy|OriginAccessControl|KeyValueStore)$/,
  /^AWS::Budgets::/,
  /^AWS::ResourceGroups::/,
  /^AWS::ApplicationInsights::/,
];

type Handled = typeof handled;

/** The template as the runner needs it: resources by kind, every reference resolved. */
export type StackTemplate = { [Kind in keyof Handled]: Resolved<z.infer<Handled[Kind]['shape']>>[] } & {
  /**
   * `name (type)` of resources the runner knows nothing of: they do not exist locally, and the
   * runner says so.
   */
  unsupported: string[];
  /** Folder of the assembly: assets lie beside the template. */
  directory: string;
};

const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({ type: z.string(), properties: z.looseObject({ templateFile: z.string().optional() }).optional() }),
  ),
});

/**
 * Reads the assembly in `directory`; of several stacks the resources are put together. Throws for
 * what it cannot resolve.
 */
export function readAssembly(directory: string): StackTemplate {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')));
  const templates = Object.entries(manifest.artifacts)
    .filter(([, { type }]) => type === 'aws:cloudformation:stack')
    .map(([name, { properties }]) =>
      readTemplate(join(directory, properties?.templateFile ?? `${name}.template.json`), name),
    );
  const [first, ...others] = templates;
  if (!first) throw new Error(`${directory} holds no stack`);
  return others.reduce(together, first);
}

/** Reads one `<stack>.template.json`. */
export function readTemplate(file: string, stackName: string): StackTemplate {
  return resolveTemplate(JSON.parse(readFileSync(file, 'utf8')) as RawTemplate, {
    stackName,
    directory: dirname(file),
  });
}

export function resolveTemplate(
  template: RawTemplate,
  { stackName, directory }: { stackName: string; directory: string },
): StackTemplate {
  const names = createResolver(template, {
    stackName,
    // Only text names a resource, and other properties may refer back to it: they are left
    // unresolved.
    identify: (logicalId, resource) => identify(logicalId, resource, namingProperties(resource.Properties, names)),
  });
  const resources = Object.entries(template.Resources).filter(([, { Condition }]) => names.holds(Condition));
  const kinds = Object.entries(handled).map(([kind, { types, shape }]) => {
    const ofKind = resources.filter(([, { Type }]) => (types as readonly string[]).includes(Type));
    return [
      kind,
      ofKind.map(([id, resource]) => resolved(id, shape.parse(names.resolve(resource.Properties ?? {})), resource)),
    ];
  });

  function resolved(id: string, properties: object, resource: RawTemplate['Resources'][string]): Resolved<object> {
    const { ref, attributes } = identify(id, resource, namingProperties(resource.Properties, names));
    return { ...properties, id, ref, arn: attributes.Arn ?? ref };
  }

  const known = new Set(Object.values(handled).flatMap(({ types }) => types as readonly string[]));
  const unsupported = resources
    .filter(([, { Type }]) => !known.has(Type) && !withoutEffect.some((pattern) => pattern.test(Type)))
    .map(([id, { Type }]) => `${id} (${Type})`);
  // Each kind was parsed with the shape its type is made of.
  return { ...(Object.fromEntries(kinds) as Omit<StackTemplate, 'unsupported' | 'directory'>), unsupported, directory };
}

const naming = /Name$|^(Name|StateMachineArn|StateMachineRevisionId|RoutingConfiguration|DeploymentPreference)$/;

function namingProperties(properties: Record<string, unknown> = {}, names: Resolver): Record<string, unknown> {
  const entries = Object.entries(properties).filter(([name]) => naming.test(name));
  return Object.fromEntries<unknown>(entries.map(([name, value]) => [name, names.resolve(value)]));
}

function together(one: StackTemplate, other: StackTemplate): StackTemplate {
  const lists = (Object.keys(handled) as (keyof Handled)[]).map((kind): [string, unknown] => [
    kind,
    [...one[kind], ...other[kind]],
  ]);
  // Each list is put together of two of its kind.
  return {
    ...one,
    ...(Object.fromEntries(lists) as Partial<StackTemplate>),
    unsupported: [...one.unsupported, ...other.unsupported],
  };
}
