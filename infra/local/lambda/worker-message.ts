import { type SharedTime } from '../clock/virtual-clock.ts';

/** What an environment is told when it starts. Its variables are its `process.env`. */
export interface EnvironmentData {
  /** Bundle and the name of its export. */
  file: string;
  exportName: string;
  functionName: string;
  functionArn: string;
  memoryMb: number;
  time: SharedTime;
}

/** One invocation. `deadline` in milliseconds since 1970, real time: a time-out does not wait for the virtual clock. */
export interface Invocation {
  requestId: string;
  payload: string;
  deadline: number;
}

/** What Lambda tells of a failure. */
export interface InvocationFailure {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

/** What an environment answers: once `ready` or `failure` after its start, then one `result` or `failure` for each invocation. */
export type InvocationAnswer = { ready: true } | { result: string } | { failure: InvocationFailure; fatal?: boolean };

/** What an environment tells: an answer, what it has printed since it last told anything, or both at once. */
export type WorkerMessage = { answer: InvocationAnswer; printed?: string } | { answer?: undefined; printed: string };
