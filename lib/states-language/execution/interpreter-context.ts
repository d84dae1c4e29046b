import { type ExecutionBranch, type RunningExecution } from './execution-branch.ts';
import { type HistoryRecorder } from './history-recorder.ts';
import { type ExecutionTimers } from './execution-timers.ts';
import { type ExecutionRecords, type TaskTokens } from './host.ts';

/** What the steps of a flow work with. */
export interface InterpreterContext {
  readonly store: ExecutionRecords;
  readonly history: HistoryRecorder;
  readonly tokens: TaskTokens;
  readonly timers: ExecutionTimers;
  now(): number;
  /** A length of a machine's time by our clock: functions run no faster than ever, however fast the time passes. */
  stretched(ms: number): number;
  /** Lets the flow go on from its phase until it rests. */
  drive(live: RunningExecution, flow: ExecutionBranch): void;
}
