/** Calls of AWS's own API that the engine hands on: the service as errors name it, by service and action. */
const sdkServices = {
  'dynamodb:exportTableToPointInTime': 'DynamoDb',
  'dynamodb:describeExport': 'DynamoDb',
} as const;
export type SdkCall = keyof typeof sdkServices;

/**
 * What a Task calls: a Lambda function through the service integration, with or without a task token, or by its plain ARN; or an action of AWS's
 * API, which errors name `DynamoDb.ExportNotFoundException`.
 */
export type Resource =
  | { kind: 'invoke'; callback: boolean }
  | { kind: 'function'; arn: string }
  | { kind: 'sdk'; call: SdkCall; errors: string };

const isSdkCall = (text: string): text is SdkCall => Object.hasOwn(sdkServices, text);

/** Throws for a resource that the local engine does not run. */
export function parseResource(resource: string): Resource {
  if (resource === 'arn:aws:states:::lambda:invoke') return { kind: 'invoke', callback: false };
  if (resource === 'arn:aws:states:::lambda:invoke.waitForTaskToken') return { kind: 'invoke', callback: true };
  if (/^arn:aws:lambda:[^:]*:[^:]*:function:.+/.test(resource)) return { kind: 'function', arn: resource };
  const call = resource.replace(/^arn:aws:states:::aws-sdk:/, '');
  if (isSdkCall(call)) return { kind: 'sdk', call, errors: sdkServices[call] };
  throw new Error(`the local Step Functions engine runs Lambda functions and exports of a table only, not ${resource}`);
}
