import { createHash } from 'node:crypto';
import { type Batch, type BatchVerdict } from './batch.ts';
import { type StreamPosition } from './stream-source.ts';
import { type WindowEntry } from './shard-window.ts';

/** Keys as text that does not depend on the order of their names. */
export const keyText = (keys: unknown): string => JSON.stringify(Object.entries(keys as object).sort());

/**
 * Records read and not yet done. Lanes run side by side, the batches of one lane one after the
 * other; all changes of one item are in one lane, as with Lambda's parallelization factor.
 */
export class PollResult {
  readonly #entries: WindowEntry[];
  readonly #through: StreamPosition;
  readonly lanes: Batch[][];

  /** `through` is how far was read for it, which may be further than its last entry. */
  constructor(entries: WindowEntry[], through: StreamPosition, by: { lanes: number; batchSize: number }) {
    this.#entries = entries;
    this.#through = through;
    const lanes = Array.from({ length: by.lanes }, (): WindowEntry[] => []);
    for (const entry of entries) lanes[laneOf(entry, by.lanes)]?.push(entry);
    this.lanes = lanes.map((lane) => toBatches(lane, by.batchSize));
  }

  /** Puts what is to be done instead in the place of a lane's first batch. */
  replace(lane: Batch[], { todo }: BatchVerdict): void {
    lane.splice(0, 1, ...todo);
  }

  /** Everything up to here is done; undefined when the first record is not. */
  done(): StreamPosition | undefined {
    const undone = new Set(this.lanes.flat().flatMap(({ entries }) => entries));
    if (undone.size === 0) return this.#through;
    return this.#entries[this.#entries.findIndex((entry) => undone.has(entry)) - 1]?.sequence;
  }
}

function laneOf({ record }: WindowEntry, lanes: number): number {
  if (lanes === 1) return 0;
  return (createHash('sha256').update(keyText(record.dynamodb?.Keys)).digest()[0] ?? 0) % lanes;
}

function toBatches(entries: WindowEntry[], size: number): Batch[] {
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, i) => ({
    entries: entries.slice(i * size, (i + 1) * size),
    retries: 0,
  }));
}
