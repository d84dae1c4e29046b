/** What `Retry` and `Catch` look at, and how a failed execution ends. */
export interface StateFailure {
  /** Empty where a Fail state names none. */
  error: string;
  cause?: string;
  /** Further names it answers to: a missed heartbeat is a `States.Timeout` and also a `States.HeartbeatTimeout`. */
  also?: string[];
}

/** Thrown where a state cannot go on. `location` names the field whose expression failed. */
export class StateFailed extends Error {
  readonly failure: StateFailure;
  readonly location: string | undefined;

  constructor(failure: StateFailure, location?: string) {
    super(`${failure.error}: ${failure.cause ?? ''}`);
    this.name = 'StateFailed';
    this.failure = failure;
    this.location = location;
  }
}

export function queryFailed(cause: string, location: string): StateFailed {
  return new StateFailed({ error: 'States.QueryEvaluationError', cause }, location);
}

export function runtimeFailed(cause: string): StateFailed {
  return new StateFailed({ error: 'States.Runtime', cause });
}

/** Errors that no wildcard matches. `States.Runtime` cannot be named either: nothing catches it. */
const terminal = new Set(['States.Runtime', 'States.DataLimitExceeded']);

/** Whether `ErrorEquals` names this failure. `States.TaskFailed` stands for all but time-outs. */
export function names(errorEquals: readonly string[], failure: StateFailure): boolean {
  if (failure.error === 'States.Runtime') return false;
  return errorEquals.some((name) => {
    if (name === failure.error || failure.also?.includes(name)) return true;
    if (terminal.has(failure.error)) return false;
    return name === 'States.ALL' || (name === 'States.TaskFailed' && failure.error !== 'States.Timeout');
  });
}
