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

/** Executions of journeys, in the verbs journeys need. Each may be asked for again at any time. */
export interface Executions {
  /** Starts the execution of that name on the machine's alias, once. Answers its ARN, also when it was started before. */
  start(aliasArn: string, name: string, input: unknown): Promise<string>;
  /** What an execution was started on: its version, so that one that takes over from it stays on that version. */
  machineOf(executionArn: string): Promise<string>;
  /** Stops it, also in mid-wait. One that has ended, or never was, stays as it is. */
  stop(executionArn: string, cause: string): Promise<void>;
  /** Lets the step that holds the token go on. `late` when it waits no longer: timed out, stopped, or told before. */
  resume(token: string, output: unknown): Promise<'resumed' | 'late'>;
}

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
