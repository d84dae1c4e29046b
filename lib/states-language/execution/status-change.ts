import { type JsonObject } from '../../shared/json.ts';
import { type Execution } from './execution-branch.ts';

/**
 * Maximum of input and output in the event, bytes of escaped JSON. Larger ones are left out.
 * EventBridge accepts 256 KiB, and AWS leaves them out above 248.
 */
const maxIncludedBytes = 248 * 1024;

/** Returns input and output, or null for both if they are too large together. */
function dataOf({ input, output = null }: { input: string; output: string | undefined | null }): JsonObject {
  const included = Buffer.byteLength(JSON.stringify([input, output])) <= maxIncludedBytes;
  return {
    input: included ? input : null,
    inputDetails: { included },
    output: included ? output : null,
    outputDetails: output === null ? null : { included },
  };
}

/**
 * Returns the detail of a "Step Functions Execution Status Change" event as AWS sends it. Times are
 * in ms. Unknown values are null.
 */
export function statusChange(execution: Execution): JsonObject {
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machineArn,
    stateMachineVersionArn: execution.versionArn ?? null,
    stateMachineAliasArn: execution.aliasArn ?? null,
    name: execution.name,
    status: execution.status,
    startDate: execution.startedAt,
    stopDate: execution.stoppedAt ?? null,
    ...dataOf(execution),
    error: execution.error ?? null,
    cause: execution.cause ?? null,
    redriveCount: 0,
    redriveDate: null,
  };
}
