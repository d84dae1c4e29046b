import { type QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Checkpoints } from './checkpoints.ts';
import { ShardReader } from './shard-reader.ts';
import { type Consumer, type Checkpoint } from './shard-consumer.ts';
import { isAfter, type StreamPosition, type Shard, type StreamSource, type ExpiredByTtl } from './stream-source.ts';
import { ShardWindow } from './shard-window.ts';

/** One who reads a stream. `id` stays the same over restarts: its places are kept under it. */
export interface Reader {
  id: string;
  startAt: 'LATEST' | 'TRIM_HORIZON';
  consumerOf(shard: string): Consumer;
}

interface TableStreamOptions {
  source: StreamSource;
  streamArn: string;
  readers: Reader[];
  places: Checkpoints;
  clock: VirtualClock;
  activity: QuiescenceTracker;
  wasSwept: ExpiredByTtl;
  pace: () => Promise<void>;
  onError: (error: unknown) => void;
}

interface Reading {
  pump: ShardReader;
  place: Checkpoint;
}

/** Number of reads after which the engine trims records that all readers have passed. */
const trimMs = 600_000;

/**
 * The stream of one table and all who read it. A shard is read after its parent, as its records
 * come after the parent's.
 */
export class TableStream {
  readonly #given: TableStreamOptions;
  readonly #windows = new Map<string, ShardWindow>();
  readonly #readings = new Map<Reader, Map<string, Reading>>();
  #trimmedAt = -Infinity;
  #stopped = false;

  constructor(given: TableStreamOptions) {
    this.#given = given;
    for (const reader of given.readers) this.#readings.set(reader, new Map());
  }

  get #pumps(): ShardReader[] {
    return [...this.#readings.values()].flatMap((shards) => [...shards.values()].map(({ pump }) => pump));
  }

  /**
   * Begins where each reader stands: a new one at the oldest or, for `LATEST`, after what is there
   * now.
   */
  async start(): Promise<void> {
    const shards = await this.#given.source.shards();
    for (const reader of this.#given.readers) {
      if (this.#given.places.knows(reader.id)) continue;
      for (const { id } of shards) {
        const start = reader.startAt === 'LATEST' ? await this.#given.source.latest(id) : '';
        this.#given.places.of(reader.id, id, start);
      }
    }
    await this.#open();
  }

  /** Reads if anything may be new. */
  nudge(): void {
    if (!this.#stopped && this.#given.source.changed()) this.#runAll().catch(this.#given.onError);
  }

  /**
   * Reads until nothing is left, batches that are filling up included. True unless a failed batch
   * waits.
   */
  async drained(): Promise<boolean> {
    for (;;) {
      const before = this.#delivered();
      await this.#runAll({ flush: true });
      if (this.#delivered() === before) return !this.#pumps.some(({ waiting }) => waiting);
    }
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await Promise.all(this.#pumps.map((pump) => pump.stop()));
    this.#given.source.stop();
  }

  #delivered(): number {
    return this.#pumps.reduce((sum, { delivered }) => sum + delivered, 0);
  }

  async #runAll(how?: { flush: boolean }): Promise<void> {
    await this.#open();
    await Promise.all(this.#pumps.map((pump) => pump.run(how)));
    this.#trim();
  }

  /** Takes up shards that are new to a reader. */
  async #open(): Promise<void> {
    const shards = await this.#given.source.shards();
    for (const [reader, readings] of this.#readings)
      for (const shard of shards)
        if (!readings.has(shard.id) && this.#isDue(shard, shards, readings))
          readings.set(shard.id, this.#reading(reader, shard.id, await this.#given.source.latest(shard.id)));
  }

  #isDue({ parent }: Shard, all: Shard[], readings: Map<string, Reading>): boolean {
    return !all.some(({ id }) => id === parent) || readings.get(parent ?? '')?.pump.closed === true;
  }

  #reading(reader: Reader, shard: string, newest: StreamPosition): Reading {
    const { places, clock, activity, pace, onError } = this.#given;
    const place = places.of(reader.id, shard, '');
    // A place behind the end is of another table: the data was deleted without the journal.
    if (isAfter(place.read(), newest)) place.write('');
    const window = this.#windowOf(shard);
    return {
      place,
      pump: new ShardReader({ consumer: reader.consumerOf(shard), window, place, clock, activity, pace, onError }),
    };
  }

  #windowOf(shard: string): ShardWindow {
    const window = this.#windows.get(shard) ?? new ShardWindow({ ...this.#given, shard });
    this.#windows.set(shard, window);
    return window;
  }

  #trim(): void {
    if (performance.now() - this.#trimmedAt < trimMs) return;
    this.#trimmedAt = performance.now();
    for (const shard of this.#windows.keys()) {
      const places = [...this.#readings.values()].map((readings) => readings.get(shard)?.place.read() ?? '');
      const slowest = places.reduce((a, b) => (isAfter(a, b) ? b : a));
      if (slowest !== '') this.#given.source.trim(shard, slowest);
    }
  }
}
