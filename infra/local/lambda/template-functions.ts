import { join } from 'node:path';
import { account, region } from '../template/intrinsics.ts';
import { type StackTemplate } from '../template/template.ts';
import { hourMs } from '#lib/shared/time.ts';

/** A function of the template as it runs locally. */
export interface LocalFunction {
  name: string;
  arn: string;
  /** The bundle and its export. */
  file: string;
  exportName: string;
  timeoutMs: number;
  memoryMb: number;
  environment: Record<string, string>;
  maxRetries: number;
  maxAgeMs: number;
  onFailureArn?: string | undefined;
  deadLetterArn?: string | undefined;
  /** Maximum of concurrent environments. */
  max: number;
  /** Whether other functions go first when all processors are busy. */
  canWait: boolean;
}

/**
 * Default environments of one function: enough for two cores, where more threads wait for each
 * other.
 */
const defaultEnvironments = 4;

/**
 * The functions of the template. Their bundles are in the assembly, in immutable folders named by
 * content.
 */
export function localFunctions(template: StackTemplate, environments = defaultEnvironments): LocalFunction[] {
  return template.functions.map((f) => localFunction(template, f, environments));
}

function localFunction(
  { invokeConfigs, directory }: StackTemplate,
  f: StackTemplate['functions'][number],
  environments: number,
): LocalFunction {
  const config = invokeConfigs.find(({ functionName }) => nameOf(functionName) === f.ref);
  const [file = 'index', exportName = 'handler'] = f.handler.split('.');
  const folder = f.codeKey === undefined ? '' : `asset.${f.codeKey.replace(/\.zip$/, '')}`;
  return {
    name: f.ref,
    arn: f.arn,
    file: join(directory, folder, `${file}.mjs`),
    exportName,
    timeoutMs: f.timeoutMs,
    memoryMb: f.memoryMb,
    environment: f.environment,
    maxRetries: config?.maxRetries ?? 2,
    maxAgeMs: config?.maxAgeMs ?? 6 * hourMs,
    onFailureArn: config?.onFailureArn,
    deadLetterArn: f.deadLetterArn,
    max: Math.min(f.reservedConcurrency ?? environments, environments),
    canWait: f.canWait,
  };
}

/** Returns the name in an ARN without version or alias. A bare name is returned unchanged. */
export const nameOf = (functionArn: string): string =>
  functionArn.startsWith('arn:') ? (functionArn.split(':')[6] ?? '') : (functionArn.split(':')[0] ?? '');

/** Variables that Lambda sets. The credentials are not valid anywhere. */
export const lambdaVariables = ({ name, memoryMb, exportName }: LocalFunction): Record<string, string> => ({
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCOUNT_ID: account,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  // No AWS configuration of the developer reaches a function.
  AWS_CONFIG_FILE: '/nowhere',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  _HANDLER: `index.${exportName}`,
  TZ: ':UTC',
});
