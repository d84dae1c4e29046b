import { type Core } from './interpreter-context.ts';
import { type Failure } from '../failure.ts';
import { type Flow, type Live, type Status } from './execution-branch.ts';
import { withOutput } from './history-recorder.ts';
import { type Packed } from '../serialized-data.ts';
import { statusChange } from './status-change.ts';

const endEvents = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
} as const satisfies Record<Exclude<Status, 'RUNNING'>, string>;

export interface End {
  status: keyof typeof endEvents;
  output?: Packed;
  failure?: Partial<Failure>;
  /** The event it followed. */
  after: number;
}

/** Ends an execution: status, last event, the announcement of it and the end of all its flows are one write. */
export function endExecution(core: Core, live: Live, { status, output, failure, after }: End): void {
  const { execution } = live;
  if (execution.status !== 'RUNNING') return;
  execution.status = status;
  execution.stoppedAt = core.now();
  execution.output = output?.text;
  execution.error = failure?.error || undefined;
  execution.cause = failure?.cause;
  for (const flow of live.flows.values()) drop(core, flow);
  live.flows.clear();
  core.timers.disarmDeadline(execution);
  const details = output ? withOutput(output) : failureDetails(failure);
  core.history.recordEnd(live, after, { type: endEvents[status], details });
  core.store.close(execution);
  core.store.announce(statusChange(execution));
}

function failureDetails({ error, cause }: Partial<Failure> = {}): Record<string, unknown> {
  return { ...(error && { error }), ...(cause !== undefined && { cause }) };
}

/** Whatever comes back for the flow from now on is dropped. */
export function drop(core: Core, flow: Flow): void {
  flow.gone = true;
  core.timers.disarm(flow);
}
