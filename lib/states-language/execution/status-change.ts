import { type JsonObject } from '../../shared/json.ts';
import { type Execution } from './execution-branch.ts';

/** Past this the event leaves input and output out: EventBridge takes 256 KiB, and AWS cuts at 248. Bytes of escaped JSON. */
const maxIncludedBytes = 248 * 1024;

/** The detail of a "Step Functions Execution Status Change" event, as AWS sends it: times in ms, what is not known yet is null. */
export function statusChange(execution: Execution): JsonObject {
  const { input, output } = execution;
  const included = Buffer.byteLength(JSON.stringify([input, output ?? null])) <= maxIncludedBytes;
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machineArn,
    stateMachineVersionArn: execution.versionArn ?? null,
    stateMachineAliasArn: execution.aliasArn ?? null,
    name: execution.name,
    status: execution.status,
    startDate: execution.startedAt,
    stopDate: execution.stoppedAt ?? null,
    input: included ? input : null,
    inputDetails: { included },
    output: included ? (output ?? null) : null,
    outputDetails: output === undefined ? null : { included },
    error: execution.error ?? null,
    cause: execution.cause ?? null,
    redriveCount: 0,
    redriveDate: null,
  };
}
