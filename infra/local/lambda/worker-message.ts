import { type SharedTime } from '../clock/virtual-clock.ts';

/** Input of an environment at its start. Its variables are its `process.env`. */
export interface EnvironmentData {
  /** Bundle and the name of its export. */
  file: string;
  exportName: string;
  functionName: string;
  functionArn: string;
  memoryMb: number;
  time: SharedTime;
}

/**
 * One invocation. `deadline` is real time, ms since 1970: a timeout does not follow the virtual
 * clock.
 */
export interface Invocation {
  requestId: string;
  payload: string;
  deadline: number;
}

/** A failure as Lambda reports it. */
export interface InvocationFailure {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

/**
 * Answers of an environment: one `ready` or `failure` after its start, then one `result` or
 * `failure` for each invocation.
 */
export type InvocationAnswer = { ready: true } | { result: string } | { failure: InvocationFailure; fatal?: boolean };

/** A message of an environment: an answer, the output printed since the last message, or both. */
export type WorkerMessage = { answer: InvocationAnswer; printed?: string } | { answer?: undefined; printed: string };
