import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Stack, Tags } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { type Queue } from 'aws-cdk-lib/aws-sqs';
import { type Construct } from 'constructs';
import { namespaceVariable } from '../../lib/aws/metrics.ts';
import { buildDirectory } from '../tools/build.ts';
import { type Settings } from '../environments.ts';
import { type FunctionEntry, type ManualEnv, type GrantedVariable, functions } from '../functions/function-table.ts';
import { type FunctionRow } from '../functions/function-row.ts';
import { reservedFor } from '../functions/reserved-concurrency.ts';
import { suppressNag } from './suppress-nag.ts';
import { expiringLogGroup } from './expiring-log-group.ts';

/** Properties of a function. Its row in the function table has the others. */
export interface NodeFunctionProps<Entry extends FunctionEntry> {
  entry: Entry;
  env: ManualEnv<Entry>;
  settings: Settings;
  /** Queue of events that failed three times, for asynchronous functions. */
  deadLetters?: Queue;
}

/**
 * Age at which a failing event goes to the dead-letter queue: long enough for an hour of
 * throttling.
 */
const maxEventAge = Duration.hours(6);

/** Settings that all functions share. */
const sharedSettings = {
  runtime: Runtime.NODEJS_24_X,
  architecture: Architecture.ARM_64,
  loggingFormat: LoggingFormat.JSON,
  applicationLogLevelV2: ApplicationLogLevel.INFO,
  // Start, end and report would be three paid lines a call. Metrics and traces have the same facts.
  systemLogLevelV2: SystemLogLevel.WARN,
  tracing: Tracing.ACTIVE,
} as const;

/**
 * A Lambda function with this project's defaults: bundle from `.build`, arm64, own expiring log
 * group, traces. Its role may write its log and nothing else until more is granted.
 */
export class NodeFunction<Entry extends FunctionEntry = FunctionEntry> extends LambdaFunction {
  readonly entry: Entry;

  constructor(scope: Construct, id: string, { entry, env, settings, deadLetters }: NodeFunctionProps<Entry>) {
    const { stackName } = Stack.of(scope);
    const { description, timeoutSeconds, memoryMb = settings.memoryMb, canWait }: FunctionRow = functions[entry];
    const logGroup = expiringLogGroup(scope, `${id}Log`, {
      name: `/${stackName.replace('-', '/')}/${entry}`,
      settings,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const reserved = reservedFor(entry, settings.accountConcurrency);
    super(scope, id, {
      functionName: `${stackName}-${entry.replace('/', '-')}`,
      description,
      code: codeOf(entry),
      handler: 'index.handler',
      ...sharedSettings,
      timeout: Duration.seconds(timeoutSeconds),
      memorySize: memoryMb,
      role,
      logGroup,
      ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
      environment: { ...defined(env), [namespaceVariable]: stackName },
      ...(deadLetters && { onFailure: new SqsDestination(deadLetters), retryAttempts: 2, maxEventAge }),
    });
    this.entry = entry;
    if (canWait) Tags.of(this).add('can-wait', 'true');
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    suppressNag(role, {
      'AwsSolutions-IAM5[Resource::*]': 'X-Ray takes traces of the whole account and has no resources to name',
    });
  }

  /** Sets a variable that belongs to a permission. */
  give(variable: GrantedVariable, value: string): void {
    this.addEnvironment(variable, value);
  }
}

function codeOf(entry: FunctionEntry): Code {
  const folder = join(buildDirectory, entry);
  if (!existsSync(join(folder, 'index.mjs'))) throw new Error(`${entry} is not built: npm run build`);
  return Code.fromAsset(folder);
}

function defined(env: Record<string, unknown>): Record<string, string> {
  const given = Object.entries(env).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
