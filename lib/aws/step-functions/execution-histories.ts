import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';

const Details = z.looseObject({}).optional();

/** The parts of an event of an execution's history that tell of steps. */
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

/** Histories of executions, for ninety days after their ends. */
export interface Histories {
  /** What an execution was started with; undefined where nothing of it is left. */
  inputOf(executionArn: string): Promise<unknown>;
  /** Whether it came to an end, and a bad one: failed, timed out or stopped. */
  hasFailed(executionArn: string): Promise<boolean>;
  /** Oldest first, at most `limit`; undefined where nothing is left. */
  eventsOf(executionArn: string, limit: number): Promise<ExecutionHistoryEvent[] | undefined>;
}

const badEnds: readonly (string | undefined)[] = ['FAILED', 'TIMED_OUT', 'ABORTED'];

/** Most that one call answers. */
const pageSize = 1_000;

const gone = (error: unknown): undefined => {
  if (error instanceof ExecutionDoesNotExist) return undefined;
  throw error;
};

export function executionHistories(client: SFNClient): Histories {
  async function pages(executionArn: string, limit: number): Promise<ExecutionHistoryEvent[]> {
    const events: ExecutionHistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const maxResults = Math.min(pageSize, limit - events.length);
      const page = await client.send(
        new GetExecutionHistoryCommand({
          executionArn,
          maxResults,
          includeExecutionData: true,
          ...(nextToken && { nextToken }),
        }),
      );
      events.push(...ExecutionHistoryEvent.array().parse(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined && events.length < limit);
    return events;
  }

  return {
    inputOf: (executionArn) =>
      client
        .send(new DescribeExecutionCommand({ executionArn }))
        .then(({ input }): unknown => (input === undefined ? undefined : JSON.parse(input)), gone),
    hasFailed: async (executionArn) =>
      badEnds.includes((await client.send(new DescribeExecutionCommand({ executionArn })).catch(gone))?.status),
    eventsOf: (executionArn, limit) => pages(executionArn, limit).catch(gone),
  };
}
