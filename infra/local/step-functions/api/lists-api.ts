import * as z from 'zod';
import { seconds, type Actions } from './api-context.ts';
import { ApiError, noSuchMachine } from './api-error.ts';
import { found } from './executions-api.ts';
import { qualifiersOf, statuses } from '#lib/states-language/execution/execution-branch.ts';

const page = { maxResults: z.int().min(0).max(1_000).default(100), nextToken: z.string().optional() };

export const ListExecutions = z.object({
  stateMachineArn: z.string(),
  statusFilter: z.enum(statuses).optional(),
  ...page,
});
export const GetExecutionHistory = z.object({
  executionArn: z.string(),
  reverseOrder: z.boolean().default(false),
  includeExecutionData: z.boolean().default(true),
  ...page,
});

/** Newest first. By machine, version or alias. */
export function listExecutions(actions: Actions, request: z.infer<typeof ListExecutions>): unknown {
  const { stateMachineArn: arn, statusFilter, nextToken } = request;
  const target = actions.catalog.resolve(arn, () => 0);
  if (!target) throw noSuchMachine(arn);
  const limit = request.maxResults || 100;
  const before = nextToken === undefined ? undefined : readPosition(nextToken);
  const found = actions.lists.executions({
    machineArn: target.machine.arn,
    startedBy: arn,
    status: statusFilter,
    before,
    limit: limit + 1,
  });
  const executions = found.slice(0, limit);
  const last = executions.at(-1);
  return {
    executions: executions.map((execution) => ({
      executionArn: execution.arn,
      stateMachineArn: execution.machineArn,
      ...qualifiersOf(execution),
      name: execution.name,
      status: execution.status,
      startDate: seconds(execution.startedAt),
      ...(execution.stoppedAt !== undefined && { stopDate: seconds(execution.stoppedAt) }),
      redriveCount: 0,
    })),
    ...(found.length > limit && last && { nextToken: writePosition(last.id) }),
  };
}

/** Events as they were recorded, oldest first unless reversed. */
export function getExecutionHistory(actions: Actions, request: z.infer<typeof GetExecutionHistory>): unknown {
  const { id } = found(actions, request.executionArn);
  const limit = request.maxResults || 100;
  const from = request.nextToken === undefined ? undefined : readPosition(request.nextToken);
  const texts = actions.lists.events(id, { from, reverse: request.reverseOrder, limit: limit + 1 });
  const events = texts.map((text) => JSON.parse(text) as { id: number } & Record<string, unknown>);
  const next = events[limit];
  const shown = events.slice(0, limit);
  return {
    events: request.includeExecutionData ? shown : shown.map(withoutData),
    ...(next && { nextToken: writePosition(next.id) }),
  };
}

const data = ['input', 'output', 'parameters', 'assignedVariables'];

function withoutData(event: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(event).map(([key, value]) => {
    if (typeof value !== 'object' || value === null) return [key, value];
    return [key, Object.fromEntries(Object.entries(value).filter(([name]) => !data.includes(name)))];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function writePosition(position: number): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function readPosition(token: string): number {
  const position = Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(position) || position < 1) throw new ApiError('InvalidToken', "Invalid Token: 'Invalid token'");
  return position;
}
