/** What a Task calls: a Lambda function through the service integration, with or without a task token, or by its plain ARN. */
export type Resource = { kind: 'invoke'; callback: boolean } | { kind: 'function'; arn: string };

/** Throws for a resource that the local engine does not run. */
export function parseResource(resource: string): Resource {
  if (resource === 'arn:aws:states:::lambda:invoke') return { kind: 'invoke', callback: false };
  if (resource === 'arn:aws:states:::lambda:invoke.waitForTaskToken') return { kind: 'invoke', callback: true };
  if (/^arn:aws:lambda:[^:]*:[^:]*:function:.+/.test(resource)) return { kind: 'function', arn: resource };
  throw new Error(`the local Step Functions engine runs Lambda functions only, not ${resource}`);
}
