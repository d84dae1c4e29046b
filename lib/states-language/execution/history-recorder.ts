import { type ExecutionRecords } from './host.ts';
import { type StateFailure } from '../failure.ts';
import { BranchGone, qualifiersOf, type ExecutionBranch, type RunningExecution } from './execution-branch.ts';
import { type SerializedData } from '../serialized-data.ts';

/**
 * Maximum number of events. Limit of Step Functions' standard workflows. The last one is reserved
 * for the end of the execution.
 */
export const maxEvents = 25_000;

/** Thrown if an execution has no room for another event. The execution fails. */
export class HistoryFull extends Error {
  readonly failure: StateFailure = {
    error: 'States.Runtime',
    cause: `The execution reached the maximum number of history events (${maxEvents}).`,
  };
}

type Details = Record<string, unknown>;

interface EventDraft {
  type: string;
  details?: Details;
}

/** Appends events to the histories of executions. */
export interface HistoryRecorder {
  /**
   * Appends an event that follows the branch's last one, and returns its id. Throws `BranchGone` if
   * the branch has ended.
   */
  record(live: RunningExecution, flow: ExecutionBranch, event: EventDraft): number;
  /** Appends the end of an execution. `after` is the event that it follows. */
  recordEnd(live: RunningExecution, after: number, event: { type: string; details: Details }): void;
  /** Appends an event that no later event follows. */
  recordAside(live: RunningExecution, after: number, event: EventDraft): void;
}

/** Where and when events are written. */
interface Recording {
  store: Pick<ExecutionRecords, 'event'>;
  now: () => number;
}

/** Appends an event. AWS names the key of its details after its type. */
function append(
  { store, now }: Recording,
  live: RunningExecution,
  { type, details, after: previousEventId }: EventDraft & { after: number },
): number {
  const id = ++live.lastEvent;
  const event = { timestamp: now() / 1_000, type, id, previousEventId };
  store.event(live.execution.id, id, { ...event, ...(details && { [detailsKey(type)]: details }) });
  return id;
}

function appendWithin(recording: Recording, live: RunningExecution, event: EventDraft & { after: number }): number {
  if (live.lastEvent >= maxEvents - 1) throw new HistoryFull();
  return append(recording, live, event);
}

/** Creates the recorder. `now` returns epoch ms. */
export function createHistoryRecorder(store: Pick<ExecutionRecords, 'event'>, now: () => number): HistoryRecorder {
  const recording = { store, now };
  return {
    record(live, flow, event) {
      if (flow.gone) throw new BranchGone();
      return (flow.last = appendWithin(recording, live, { ...event, after: flow.last }));
    },
    recordEnd: (live, after, event) => void append(recording, live, { ...event, after }),
    recordAside: (live, after, event) => void appendWithin(recording, live, { ...event, after }),
  };
}

function detailsKey(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

const whole = { truncated: false };

/** Returns how an execution started. */
export function withStart({ execution, input }: RunningExecution): Details {
  return { ...withInput(input), roleArn: execution.roleArn, ...qualifiersOf(execution) };
}

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
