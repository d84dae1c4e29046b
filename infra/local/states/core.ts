import { type Flow, type Live } from './flow.ts';
import { type Recorder } from './history.ts';
import { type ExecutionStore } from './store.ts';
import { type Tokens } from './token.ts';

/** What the steps of a flow work with. */
export interface Core {
  readonly store: ExecutionStore;
  readonly history: Recorder;
  readonly tokens: Tokens;
  /** Epoch milliseconds of the virtual clock. */
  now(): number;
  /** Lets the flow go on from its phase until it rests. */
  drive(live: Live, flow: Flow): void;
  /** The flow's timer, if it has one, will not fire. */
  disarm(flow: Flow): void;
}
