/** Returns the ARN of an execution, from `…:stateMachine:<machine>:<alias>` and a name. */
export function executionArn(aliasArn: string, name: string): string {
  const [arn, partition, service, region, account, , machine] = aliasArn.split(':');
  return [arn, partition, service, region, account, 'execution', machine, name].join(':');
}
