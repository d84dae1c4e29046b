import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidToken,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { executionArn } from '../../shared/execution-arn.ts';

/** Starts, stops and resumes executions of journeys. Every method is idempotent. */
export interface Executions {
  /**
   * Starts the execution of this name on the machine's alias, once. Returns its ARN, also if it
   * exists.
   */
  start(aliasArn: string, name: string, input: unknown): Promise<string>;
  /**
   * Returns the machine version of an execution, so that its continuation stays on that version.
   */
  machineOf(executionArn: string): Promise<string>;
  /** Stops an execution, also during a wait. Does nothing if it has ended or does not exist. */
  stop(executionArn: string, cause: string): Promise<void>;
  /**
   * Completes the task that holds the token. Returns `late` if it waits no longer: timed out,
   * stopped or completed.
   */
  resume(token: string, output: unknown): Promise<'resumed' | 'late'>;
}

/** The executions of Step Functions. */
export function stepFunctions(client: SFNClient): Executions {
  return {
    async start(aliasArn, name, input) {
      try {
        const command = new StartExecutionCommand({ stateMachineArn: aliasArn, name, input: JSON.stringify(input) });
        const started = await client.send(command);
        return started.executionArn ?? executionArn(aliasArn, name);
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return executionArn(aliasArn, name);
        throw error;
      }
    },

    async machineOf(arn) {
      const found = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
      return found.stateMachineVersionArn ?? found.stateMachineAliasArn ?? found.stateMachineArn ?? '';
    },

    async stop(arn, cause) {
      try {
        await client.send(new StopExecutionCommand({ executionArn: arn, cause }));
      } catch (error) {
        if (!(error instanceof ExecutionDoesNotExist)) throw error;
      }
    },

    async resume(token, output) {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(output) }));
        return 'resumed';
      } catch (error) {
        if (error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken)
          return 'late';
        throw error;
      }
    },
  };
}
