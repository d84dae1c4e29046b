import * as z from 'zod';

/*
 * The properties of CloudFormation's resource types that the runner honours, under names of its
 * own. CloudFormation takes numbers and booleans as text, too.
 */

const Flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const Whole = z.coerce.number().int();

const OnFailure = z
  .object({ OnFailure: z.object({ Destination: z.string() }).optional() })
  .optional()
  .transform((destinations) => destinations?.OnFailure?.Destination);

const DeadLetter = z
  .object({ Arn: z.string().optional(), TargetArn: z.string().optional() })
  .optional()
  .transform((letters) => letters?.Arn ?? letters?.TargetArn);

export const LambdaFunction = z
  .object({
    Code: z.object({ S3Key: z.string().optional(), ZipFile: z.string().optional() }),
    Handler: z.string().default('index.handler'),
    Timeout: Whole.default(3),
    MemorySize: Whole.default(128),
    Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
    ReservedConcurrentExecutions: Whole.optional(),
    DeadLetterConfig: DeadLetter,
    Description: z.string().optional(),
    Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
  })
  .transform((f) => ({
    /** `<hash>.zip`: the asset's folder is `asset.<hash>`. */
    codeKey: f.Code.S3Key,
    handler: f.Handler,
    timeoutMs: f.Timeout * 1000,
    memoryMb: f.MemorySize,
    environment: f.Environment?.Variables ?? {},
    reservedConcurrency: f.ReservedConcurrentExecutions,
    deadLetterArn: f.DeadLetterConfig,
    description: f.Description,
    canWait: f.Tags.some(({ Key, Value }) => Key === 'can-wait' && Value === 'true'),
  }));

export const EventInvokeConfig = z
  .object({
    FunctionName: z.string(),
    MaximumRetryAttempts: Whole.default(2),
    MaximumEventAgeInSeconds: Whole.default(21_600),
    DestinationConfig: OnFailure,
  })
  .transform((c) => ({
    functionName: c.FunctionName,
    maxRetries: c.MaximumRetryAttempts,
    maxAgeMs: c.MaximumEventAgeInSeconds * 1000,
    onFailureArn: c.DestinationConfig,
  }));

export const EventSourceMapping = z
  .object({
    EventSourceArn: z.string(),
    FunctionName: z.string(),
    Enabled: Flag.default(true),
    BatchSize: Whole.default(100),
    MaximumBatchingWindowInSeconds: Whole.default(0),
    StartingPosition: z.string().optional(),
    FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }).optional(),
    MaximumRetryAttempts: Whole.default(-1),
    MaximumRecordAgeInSeconds: Whole.default(-1),
    BisectBatchOnFunctionError: Flag.default(false),
    ParallelizationFactor: Whole.default(1),
    FunctionResponseTypes: z.array(z.string()).default([]),
    DestinationConfig: OnFailure,
  })
  .transform((m) => ({
    eventSourceArn: m.EventSourceArn,
    functionName: m.FunctionName,
    enabled: m.Enabled,
    batchSize: m.BatchSize,
    batchingWindowMs: m.MaximumBatchingWindowInSeconds * 1000,
    startingPosition: m.StartingPosition,
    filters: m.FilterCriteria?.Filters.map(({ Pattern }) => Pattern) ?? [],
    /** −1: without end. */
    maxRetries: m.MaximumRetryAttempts,
    maxRecordAgeSeconds: m.MaximumRecordAgeInSeconds,
    bisect: m.BisectBatchOnFunctionError,
    parallelization: m.ParallelizationFactor,
    reportsItemFailures: m.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    onFailureArn: m.DestinationConfig,
  }));

export const Bucket = z
  .object({
    LifecycleConfiguration: z.object({ Rules: z.array(z.object({ ExpirationInDays: Whole.optional() })) }).optional(),
  })
  .transform(({ LifecycleConfiguration: { Rules } = { Rules: [] } }) => ({
    expiresDays: Math.min(...Rules.map(({ ExpirationInDays = Infinity }) => ExpirationInDays)),
  }));

export const RouteResource = z
  .object({ RouteKey: z.string(), Target: z.string(), AuthorizationType: z.string().default('NONE') })
  .transform((r) => ({
    routeKey: r.RouteKey,
    integration: r.Target.replace(/^integrations\//, ''),
    authorization: r.AuthorizationType,
  }));

export const Integration = z
  .object({
    IntegrationType: z.string(),
    IntegrationUri: z.string(),
    PayloadFormatVersion: z.string().default('1.0'),
    TimeoutInMillis: Whole.default(30_000),
  })
  .transform((i) => ({
    type: i.IntegrationType,
    functionArn: /functions\/(arn:[^/]+)\/invocations/.exec(i.IntegrationUri)?.[1] ?? i.IntegrationUri,
    payloadFormat: i.PayloadFormatVersion,
    timeoutMs: i.TimeoutInMillis,
  }));

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const Projection = z.object({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string()).optional(),
});
const Index = z.object({ IndexName: z.string(), KeySchema, Projection });

/** In the words of `CreateTable`, which is who reads it. */
export const TableResource = z
  .object({
    KeySchema,
    AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
    GlobalSecondaryIndexes: z.array(Index).optional(),
    LocalSecondaryIndexes: z.array(Index).optional(),
    StreamSpecification: z
      .object({ StreamViewType: z.enum(['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY']) })
      .optional(),
    TimeToLiveSpecification: z.object({ AttributeName: z.string().optional(), Enabled: Flag }).optional(),
  })
  .transform(({ TimeToLiveSpecification: ttl, StreamSpecification: stream, ...schema }) => ({
    ...schema,
    streamView: stream?.StreamViewType,
    ttlAttribute: ttl?.Enabled ? ttl.AttributeName : undefined,
  }));

export const BusResource = z.object({ Name: z.string() }).transform(({ Name }) => ({ name: Name }));

const RetryPolicy = z
  .object({ MaximumEventAgeInSeconds: Whole.optional(), MaximumRetryAttempts: Whole.optional() })
  .optional();

const Target = z
  .object({
    Id: z.string(),
    Arn: z.string(),
    Input: z.string().optional(),
    InputPath: z.string().optional(),
    InputTransformer: z
      .object({ InputPathsMap: z.record(z.string(), z.string()).optional(), InputTemplate: z.string() })
      .optional(),
    RetryPolicy,
    DeadLetterConfig: DeadLetter,
  })
  .transform((t) => ({
    id: t.Id,
    arn: t.Arn,
    input: t.Input,
    inputPath: t.InputPath,
    inputTransformer: t.InputTransformer,
    maxAgeSeconds: t.RetryPolicy?.MaximumEventAgeInSeconds,
    maxRetries: t.RetryPolicy?.MaximumRetryAttempts,
    deadLetterArn: t.DeadLetterConfig,
  }));

export const RuleResource = z
  .object({
    EventBusName: z.string().default('default'),
    EventPattern: z.unknown().optional(),
    ScheduleExpression: z.string().optional(),
    State: z.string().default('ENABLED'),
    Targets: z.array(Target).default([]),
  })
  .transform((r) => ({
    /** A rule may name its bus by ARN. */
    busName: r.EventBusName.replace(/^.*event-bus\//, ''),
    pattern: r.EventPattern,
    scheduleExpression: r.ScheduleExpression,
    enabled: r.State !== 'DISABLED',
    targets: r.Targets,
  }));

export const Schedule = z
  .object({
    ScheduleExpression: z.string(),
    ScheduleExpressionTimezone: z.string().default('UTC'),
    State: z.string().default('ENABLED'),
    Target: z.object({
      Arn: z.string(),
      Input: z.string().optional(),
      RetryPolicy,
      DeadLetterConfig: DeadLetter,
    }),
  })
  .transform((s) => ({
    expression: s.ScheduleExpression,
    timezone: s.ScheduleExpressionTimezone,
    enabled: s.State !== 'DISABLED',
    target: {
      arn: s.Target.Arn,
      input: s.Target.Input,
      maxAgeSeconds: s.Target.RetryPolicy?.MaximumEventAgeInSeconds,
      maxRetries: s.Target.RetryPolicy?.MaximumRetryAttempts,
      deadLetterArn: s.Target.DeadLetterConfig,
    },
  }));

const Redrive = z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: Whole }).optional();

export const Queue = z
  .object({
    VisibilityTimeout: Whole.default(30),
    MessageRetentionPeriod: Whole.default(345_600),
    RedrivePolicy: Redrive,
  })
  .transform((q) => ({
    visibilityTimeoutSeconds: q.VisibilityTimeout,
    retentionSeconds: q.MessageRetentionPeriod,
    redrive: q.RedrivePolicy,
  }));

export const StateMachineResource = z
  .object({
    StateMachineType: z.string().default('STANDARD'),
    DefinitionString: z.string().optional(),
    Definition: z.unknown().optional(),
    DefinitionS3Location: z.object({ Key: z.string() }).optional(),
    DefinitionSubstitutions: z.record(z.string(), z.coerce.string()).default({}),
    RoleArn: z.string(),
  })
  .transform((m) => ({
    type: m.StateMachineType,
    /**
     * Text of the definition; in an asset (`definitionKey`) when it was too large for the template.
     */
    definition: m.DefinitionString ?? (m.Definition === undefined ? undefined : JSON.stringify(m.Definition)),
    definitionKey: m.DefinitionS3Location?.Key,
    substitutions: m.DefinitionSubstitutions,
    roleArn: m.RoleArn,
  }));

export const StateMachineVersion = z
  .object({ StateMachineArn: z.string() })
  .transform((v) => ({ stateMachineArn: v.StateMachineArn }));

const AliasRoute = z.object({ StateMachineVersionArn: z.string(), Weight: Whole.default(100) });

export const AliasResource = z
  .object({ RoutingConfiguration: z.array(AliasRoute).optional(), DeploymentPreference: AliasRoute.optional() })
  .transform((a) => ({
    routing: (a.RoutingConfiguration ?? (a.DeploymentPreference ? [a.DeploymentPreference] : [])).map((route) => ({
      versionArn: route.StateMachineVersionArn,
      weight: route.Weight,
    })),
  }));
