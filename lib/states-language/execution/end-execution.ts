import { type InterpreterContext } from './interpreter-context.ts';
import { type StateFailure } from '../failure.ts';
import { type ExecutionBranch, type RunningExecution, type Status } from './execution-branch.ts';
import { withOutput } from './history-recorder.ts';
import { type SerializedData } from '../serialized-data.ts';
import { statusChange } from './status-change.ts';

const endEvents = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
} as const satisfies Record<Exclude<Status, 'RUNNING'>, string>;

export interface ExecutionEnding {
  status: keyof typeof endEvents;
  output?: SerializedData;
  failure?: Partial<StateFailure>;
  /** The event it followed. */
  after: number;
}

/**
 * Ends an execution: status, last event, announcement and the end of all branches are one write.
 */
export function endExecution(
  core: InterpreterContext,
  live: RunningExecution,
  { status, output, failure, after }: ExecutionEnding,
): void {
  const { execution } = live;
  if (execution.status !== 'RUNNING') return;
  execution.status = status;
  execution.stoppedAt = core.now();
  execution.output = output?.text;
  execution.error = failure?.error || undefined;
  execution.cause = failure?.cause;
  for (const flow of live.flows.values()) removeBranch(core, flow);
  live.flows.clear();
  core.timers.disarmDeadline(execution);
  const details = output ? withOutput(output) : failureDetails(failure);
  core.history.recordEnd(live, after, { type: endEvents[status], details });
  core.store.close(execution);
  core.store.announce(statusChange(execution));
}

function failureDetails({ error, cause }: Partial<StateFailure> = {}): Record<string, unknown> {
  return { ...(error && { error }), ...(cause !== undefined && { cause }) };
}

/** Removes a branch. Later results for it are dropped. */
export function removeBranch(core: InterpreterContext, flow: ExecutionBranch): void {
  flow.gone = true;
  core.timers.disarm(flow);
}
