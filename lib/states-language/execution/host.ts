import { type JsonObject } from '../../shared/json.ts';
import { type CompiledMachine } from '../definition/compiled-states.ts';
import { type SdkCall } from '../definition/task-resource.ts';
import { type Execution, type ExecutionBranch } from './execution-branch.ts';

/** Clock and timers of the interpreter. */
export interface TimerClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `fire` at `time` or later, never earlier. Returns a function that cancels it. */
  at(time: number, fire: () => void): () => void;
  /** Factor by which this clock is faster than the machine's. Default 1. */
  readonly speed?: number;
}

/**
 * Storage of executions. Writes may be reported to the outside only after `flush` or `committed`
 * returned.
 */
export interface ExecutionRecords {
  newFlowId(): number;
  insert(execution: Execution): void;
  /** Writes the end of the execution and deletes its branches. */
  close(execution: Execution): void;
  saveFlow(flow: ExecutionBranch): void;
  dropFlow(flow: ExecutionBranch): void;
  /** Appends an event to the history, in the form of the API. */
  event(execution: number, id: number, event: HistoryEvent): void;
  /** Stores a status change that must be published at least once. */
  announce(detail: JsonObject): void;
  flush(): void;
  committed(): Promise<void>;
  stop(): void;
  byId(id: number): Execution | undefined;
  flowsOf(execution: number, machine: CompiledMachine): Map<number, ExecutionBranch>;
  lastEvent(execution: number): number;
  /**
   * Returns the branches of running executions with their phase, and the time at which they are
   * due.
   */
  resting(): { id: number; execution: number; phase: ExecutionBranch['phase']['kind']; due: number | null }[];
  deadlines(): { id: number; deadline: number }[];
}

/** An event of a history, in the form of the API. */
export interface HistoryEvent {
  /** Unix time, s. */
  timestamp: number;
  type: string;
  id: number;
  previousEventId: number;
  /** Details, under the key that AWS uses for this type. */
  [details: string]: unknown;
}

/** Ids of execution and branch, and the number of the task call within the branch. */
export type CallId = [execution: number, flow: number, call: number];
/** Converts between task tokens and the calls they stand for. */
export interface TaskTokens {
  of(call: CallId): string;
  /** Returns the call of a token. Returns undefined for a text that is not a valid token. */
  read(token: string): CallId | undefined;
}

/** Runs work and counts it while it is under way. */
export interface WorkCount {
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** What a Task can call: functions by ARN or name, and optionally AWS APIs. */
export interface FunctionCaller {
  /** Throws {errorType, errorMessage, trace} if the function failed, as Lambda reports it. */
  invoke(functionArn: string, payload: unknown): Promise<unknown>;
  /** Invokes asynchronously, as Lambda does. */
  invokeAsync(functionArn: string, payload: unknown): void;
  /** Returns the API's answer, or throws an error with its `name`. */
  callAws?(call: SdkCall, request: unknown): Promise<unknown>;
}

/** What the host gives an interpreter. */
export interface InterpreterOptions {
  store: ExecutionRecords;
  tokens: TaskTokens;
  clock: TimerClock;
  activity: WorkCount;
  functions: FunctionCaller;
  /** Returns the compiled definition with this hash. */
  machineOf: (definition: string) => CompiledMachine;
}
