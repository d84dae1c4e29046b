import { type ExecutionRecords } from './host.ts';
import { type StateFailure } from '../failure.ts';
import { BranchGone, type ExecutionBranch, type RunningExecution } from './execution-branch.ts';
import { type SerializedData } from '../serialized-data.ts';

/** Step Functions' limit for Standard workflows. The last one is kept for how the execution ended. */
export const maxEvents = 25_000;

/** Thrown when an execution has no room for another event: it fails. */
export class HistoryFull extends Error {
  readonly failure: StateFailure = {
    error: 'States.Runtime',
    cause: `The execution reached the maximum number of history events (${maxEvents}).`,
  };
}

type Details = Record<string, unknown>;

export interface HistoryRecorder {
  /** Appends an event that follows the flow's last one, and answers its id. Throws `BranchGone` for a flow that has ended. */
  record(live: RunningExecution, flow: ExecutionBranch, event: { type: string; details?: Details }): number;
  /** How an execution ended; `after` is the event it followed. */
  recordEnd(live: RunningExecution, after: number, event: { type: string; details: Details }): void;
  /** An event beside the flow's chain: what follows does not refer to it. */
  recordAside(live: RunningExecution, after: number, event: { type: string; details?: Details }): void;
}

export function createHistoryRecorder(store: Pick<ExecutionRecords, 'event'>, now: () => number): HistoryRecorder {
  /** Details go under the key that AWS gives this type. */
  function append(
    live: RunningExecution,
    previousEventId: number,
    { type, details }: { type: string; details?: Details },
  ): number {
    const id = ++live.lastEvent;
    const event = {
      timestamp: now() / 1_000,
      type,
      id,
      previousEventId,
      ...(details && { [detailsKey(type)]: details }),
    };
    store.event(live.execution.id, id, event);
    return id;
  }

  function appendWithin(live: RunningExecution, after: number, event: { type: string; details?: Details }): number {
    if (live.lastEvent >= maxEvents - 1) throw new HistoryFull();
    return append(live, after, event);
  }

  return {
    record(live, flow, event) {
      if (flow.gone) throw new BranchGone();
      return (flow.last = appendWithin(live, flow.last, event));
    },
    recordEnd: (live, after, event) => void append(live, after, event),
    recordAside: (live, after, event) => void appendWithin(live, after, event),
  };
}

function detailsKey(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

const whole = { truncated: false };

export function withInput(input: SerializedData | string): Details {
  return { input: typeof input === 'string' ? input : input.text, inputDetails: whole };
}

export function withOutput(output: SerializedData | string): Details {
  return { output: typeof output === 'string' ? output : output.text, outputDetails: whole };
}

/** Variables as the history shows them: each one's JSON text. */
export function withAssigned(assigned: Record<string, unknown> | undefined): Details {
  if (!assigned) return {};
  const texts = Object.entries(assigned).map(([name, value]) => [name, JSON.stringify(value)]);
  return { assignedVariables: Object.fromEntries(texts), assignedVariablesDetails: whole };
}

export function withFailure({ error, cause }: StateFailure): Details {
  return { error, ...(cause !== undefined && { cause }) };
}
