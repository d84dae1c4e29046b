import { type ExecutionBranch, type RunningExecution } from './execution-branch.ts';
import { type HistoryRecorder } from './history-recorder.ts';
import { type ExecutionTimers } from './execution-timers.ts';
import { type ExecutionRecords, type TaskTokens } from './host.ts';

/** What the states of a branch work with. */
export interface InterpreterContext {
  readonly store: ExecutionRecords;
  readonly history: HistoryRecorder;
  readonly tokens: TaskTokens;
  readonly timers: ExecutionTimers;
  now(): number;
  /** Returns a machine's time in ms of the interpreter's clock, which may be faster. */
  stretched(ms: number): number;
  /** Moves the branch until it waits. */
  drive(live: RunningExecution, flow: ExecutionBranch): void;
}
