import { type Flow, type Live } from './execution-branch.ts';
import { type Recorder } from './history-recorder.ts';
import { type Timers } from './execution-timers.ts';
import { type ExecutionRecords, type TaskTokens } from './host.ts';

/** What the steps of a flow work with. */
export interface Core {
  readonly store: ExecutionRecords;
  readonly history: Recorder;
  readonly tokens: TaskTokens;
  readonly timers: Timers;
  now(): number;
  /** A length of a machine's time by our clock: functions run no faster than ever, however fast the time passes. */
  stretched(ms: number): number;
  /** Lets the flow go on from its phase until it rests. */
  drive(live: Live, flow: Flow): void;
}
