import { type Flow, type Live } from './flow.ts';
import { type Recorder } from './history.ts';
import { type ExecutionStore } from './store.ts';
import { type Timers } from './timers.ts';
import { type Tokens } from './token.ts';

/** What the steps of a flow work with. */
export interface Core {
  readonly store: ExecutionStore;
  readonly history: Recorder;
  readonly tokens: Tokens;
  readonly timers: Timers;
  /** Epoch milliseconds of the virtual clock. */
  now(): number;
  /** Lets the flow go on from its phase until it rests. */
  drive(live: Live, flow: Flow): void;
}
