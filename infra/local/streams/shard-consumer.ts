import { type Batch, type FailurePolicy, type GiveUpCondition } from './batch.ts';
import { type StreamPosition } from './stream-source.ts';
import { type WindowEntry } from './shard-window.ts';

/** Position of a reader in a shard. Survives a kill. */
export interface Checkpoint {
  read(): StreamPosition;
  write(position: StreamPosition): void;
}

/** A consumer of a shard: an event source mapping, or a part of the runner. */
export interface Consumer extends FailurePolicy {
  batchSize: number;
  batchingWindowMs: number;
  /** Maximum of concurrent batches. */
  parallelization: number;
  matches(entry: WindowEntry): boolean;
  /** Throws if the batch failed as a whole, and `ReaderStopped` if it was not tried. */
  deliver(entries: WindowEntry[]): Promise<unknown>;
  /** Called before the batch is given up. A kill in between repeats the call. */
  giveUp(batch: Batch, condition: GiveUpCondition): void;
}

/** The runner stops. The batch was not tried and keeps its position. */
export class ReaderStopped extends Error {}
