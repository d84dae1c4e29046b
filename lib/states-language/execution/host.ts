import { type JsonObject } from '../../shared/json.ts';
import { type CompiledMachine } from '../definition/compile-machine.ts';
import { type Execution, type ExecutionBranch } from './execution-branch.ts';

/** The time an engine lives in. */
export interface TimerClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs `fire` when the time has come, never early. The answer cancels. */
  at(time: number, fire: () => void): () => void;
  /** How much faster than a machine's own time this one passes; 1 unless told. */
  readonly speed?: number;
}

/** Where executions are kept. Nothing may be told to the outside before `flush` or `committed` returned. */
export interface ExecutionRecords {
  newFlowId(): number;
  insert(execution: Execution): void;
  /** Writes how it ended; its flows go. */
  close(execution: Execution): void;
  saveFlow(flow: ExecutionBranch): void;
  dropFlow(flow: ExecutionBranch): void;
  /** One event of the history, as the API shows it. */
  event(execution: number, id: number, event: HistoryEvent): void;
  /** A status change, to be told at least once. */
  announce(detail: JsonObject): void;
  flush(): void;
  committed(): Promise<void>;
  stop(): void;
  byId(id: number): Execution | undefined;
  flowsOf(execution: number, machine: CompiledMachine): Map<number, ExecutionBranch>;
  lastEvent(execution: number): number;
  /** The flows of running executions: which of them wait, and until when. */
  resting(): { id: number; execution: number; phase: ExecutionBranch['phase']['kind']; due: number | null }[];
  deadlines(): { id: number; deadline: number }[];
}

export interface HistoryEvent {
  /** Seconds since 1970. */
  timestamp: number;
  type: string;
  id: number;
  previousEventId: number;
  /** Details, under the key that AWS gives this type. */
  [details: string]: unknown;
}

/** Execution, flow and number of the call within the flow. */
export type CallId = [execution: number, flow: number, call: number];
/** Task tokens: which call each stands for. */
export interface TaskTokens {
  of(call: CallId): string;
  /** The call it stands for; undefined for a text that is no token of ours. */
  read(token: string): CallId | undefined;
}

/** Is told of all work under way. */
export interface WorkCount {
  run<T>(work: () => Promise<T>): Promise<T>;
}
