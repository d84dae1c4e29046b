/** A failure of a state. `Retry` and `Catch` match it, and a failed execution ends with it. */
export interface StateFailure {
  /** Empty if a Fail state names none. */
  error: string;
  cause?: string;
  /** Other names that match. A missed heartbeat is also a `States.HeartbeatTimeout`. */
  also?: string[];
}

/** Thrown if a state fails. `location` names the field whose expression failed. */
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

/** Returns the error of an expression that failed. */
export function queryFailed(cause: string, location: string): StateFailed {
  return new StateFailed({ error: 'States.QueryEvaluationError', cause }, location);
}

/** Returns an error that no `Retry` or `Catch` matches. */
export function runtimeFailed(cause: string): StateFailed {
  return new StateFailed({ error: 'States.Runtime', cause });
}

/** Errors that no wildcard matches. `States.Runtime` cannot be caught by its name either. */
const terminal = new Set(['States.Runtime', 'States.DataLimitExceeded']);

/**
 * Returns whether `ErrorEquals` matches a failure. `States.TaskFailed` matches all but timeouts.
 */
export function names(errorEquals: readonly string[], failure: StateFailure): boolean {
  if (failure.error === 'States.Runtime') return false;
  return errorEquals.some((name) => {
    if (name === failure.error || failure.also?.includes(name)) return true;
    if (terminal.has(failure.error)) return false;
    return name === 'States.ALL' || (name === 'States.TaskFailed' && failure.error !== 'States.Timeout');
  });
}
