/**
 * Calls of AWS's API that the engine supports, by service and action. Errors use the service's
 * name.
 */
const sdkServices = {
  'dynamodb:exportTableToPointInTime': 'DynamoDb',
  'dynamodb:describeExport': 'DynamoDb',
} as const;
/** A supported call of AWS's API. */
export type SdkCall = keyof typeof sdkServices;

/**
 * What a Task calls. `invoke`: a Lambda function through the service integration, with a task token
 * if `callback`. `function`: a Lambda function by its ARN. `sdk`: an action of AWS's API, with
 * errors such as `DynamoDb.ExportNotFoundException`.
 */
export type Resource =
  | { kind: 'invoke'; callback: boolean }
  | { kind: 'function'; arn: string }
  | { kind: 'sdk'; call: SdkCall; errors: string };

const isSdkCall = (text: string): text is SdkCall => Object.hasOwn(sdkServices, text);

/** Parses a resource. Throws an Error for a resource that the local engine does not support. */
export function parseResource(resource: string): Resource {
  if (resource === 'arn:aws:states:::lambda:invoke') return { kind: 'invoke', callback: false };
  if (resource === 'arn:aws:states:::lambda:invoke.waitForTaskToken') return { kind: 'invoke', callback: true };
  if (/^arn:aws:lambda:[^:]*:[^:]*:function:.+/.test(resource)) return { kind: 'function', arn: resource };
  const call = resource.replace(/^arn:aws:states:::aws-sdk:/, '');
  if (isSdkCall(call)) return { kind: 'sdk', call, errors: sdkServices[call] };
  throw new Error(`the local Step Functions engine runs Lambda functions and exports of a table only, not ${resource}`);
}
