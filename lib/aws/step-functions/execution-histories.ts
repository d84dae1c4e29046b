import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';

const Details = z.looseObject({}).optional();

/** The fields of a history event that concern steps. */
export const ExecutionHistoryEvent = z.looseObject({
  id: z.number(),
  type: z.string(),
  timestamp: z.date(),
  stateEnteredEventDetails: z.looseObject({ name: z.string() }).optional(),
  stateExitedEventDetails: z.looseObject({ name: z.string() }).optional(),
  taskSubmittedEventDetails: Details,
  taskSucceededEventDetails: Details,
  taskFailedEventDetails: Details,
  taskTimedOutEventDetails: Details,
  executionFailedEventDetails: Details,
});
export type ExecutionHistoryEvent = z.infer<typeof ExecutionHistoryEvent>;

/** Reads histories of executions. AWS keeps them for ninety days after the end. */
export interface Histories {
  /** Returns the input of an execution, or undefined if its history is deleted. */
  inputOf(executionArn: string): Promise<unknown>;
  /** Returns whether the execution failed, timed out or was stopped. */
  hasFailed(executionArn: string): Promise<boolean>;
  /** Returns at most `limit` events, oldest first, or undefined if the history is deleted. */
  eventsOf(executionArn: string, limit: number): Promise<ExecutionHistoryEvent[] | undefined>;
}

const failedStatuses: readonly (string | undefined)[] = ['FAILED', 'TIMED_OUT', 'ABORTED'];

/** Events per call. */
const pageSize = 1_000;

const undefinedIfDeleted = (error: unknown): undefined => {
  if (error instanceof ExecutionDoesNotExist) return undefined;
  throw error;
};

/** Reads pages until the end of the history or the limit. */
async function readEvents(client: SFNClient, executionArn: string, limit: number): Promise<ExecutionHistoryEvent[]> {
  const events: ExecutionHistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const maxResults = Math.min(pageSize, limit - events.length);
    const command = new GetExecutionHistoryCommand({
      executionArn,
      maxResults,
      includeExecutionData: true,
      ...(nextToken && { nextToken }),
    });
    const page = await client.send(command);
    events.push(...ExecutionHistoryEvent.array().parse(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined && events.length < limit);
  return events;
}

/** The histories of Step Functions. */
export function executionHistories(client: SFNClient): Histories {
  return {
    inputOf: (executionArn) =>
      client
        .send(new DescribeExecutionCommand({ executionArn }))
        .then(({ input }): unknown => (input === undefined ? undefined : JSON.parse(input)), undefinedIfDeleted),
    hasFailed: async (executionArn) =>
      failedStatuses.includes(
        (await client.send(new DescribeExecutionCommand({ executionArn })).catch(undefinedIfDeleted))?.status,
      ),
    eventsOf: (executionArn, limit) => readEvents(client, executionArn, limit).catch(undefinedIfDeleted),
  };
}
