import { type QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { afterError, afterResult, type Batch, dropAged, type BatchVerdict } from './batch.ts';
import { type Checkpoint, type Consumer, ReaderStopped } from './shard-consumer.ts';
import { PollResult } from './poll-result.ts';
import { type ShardWindow } from './shard-window.ts';
import { minuteMs } from '#lib/shared/time.ts';

interface PumpOptions {
  consumer: Consumer;
  window: ShardWindow;
  place: Checkpoint;
  clock: VirtualClock;
  activity: QuiescenceTracker;
  /** Resolves when the next wave may start. */
  pace: () => Promise<void>;
  /** Called if the stream cannot be read. The read is retried. */
  onError: (error: unknown) => void;
}

/** First wait after a failure, doubled up to a minute, ms. Lambda's is not documented. */
const firstBackoffMs = 100;
const maxBackoffMs = minuteMs;

/**
 * Reads one shard for one consumer. The position passes only records that are done or given up, so
 * a kill repeats at most the batches under way and skips none. Waits use the virtual clock.
 */
export class ShardReader {
  readonly #given: PumpOptions;
  #running: Promise<void> = Promise.resolve();
  #busy = false;
  #again = false;
  #flush = false;
  #stopped = false;
  #wave: PollResult | undefined;
  #failures = 0;
  #fillsUntil: number | undefined;
  #timer: { due: number; cancel: () => void } | undefined;
  /** The shard has ended, and all of it is done. */
  closed = false;
  /** Batches delivered so far. */
  delivered = 0;

  constructor(given: PumpOptions) {
    this.#given = given;
  }

  /** Whether a failed batch waits for its next try. */
  get waiting(): boolean {
    return !this.#busy && this.#timer !== undefined;
  }

  /**
   * Works until nothing is left to read or a failed batch has to wait. `flush` does not wait for
   * batches to fill.
   */
  run({ flush = false }: { flush?: boolean } = {}): Promise<void> {
    this.#again = true;
    this.#flush ||= flush;
    if (this.#busy || this.#stopped) return this.#running;
    this.#busy = true;
    this.#running = this.#work();
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  async #work(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        await this.#readAll();
      }
    } catch (error) {
      if (this.#stopped) return;
      this.#given.onError(error);
      this.#waitAfterFailure();
    } finally {
      this.#busy = false;
    }
  }

  async #readAll(): Promise<void> {
    if (!this.#mayGoOn()) return;
    while (await this.#step()) await this.#given.pace();
  }

  /** A batch that fills may be cut short, one that failed has to wait. */
  #mayGoOn(): boolean {
    const fills = this.#fillsUntil !== undefined && this.#flush;
    if (this.#timer && this.#given.clock.now() < this.#timer.due && !fills) return false;
    this.#timer?.cancel();
    this.#timer = undefined;
    return true;
  }

  #waitUntil(due: number): void {
    this.#timer?.cancel();
    this.#timer = { due, cancel: this.#given.clock.at(due, () => void this.run()) };
  }

  #waitAfterFailure(): void {
    this.#waitUntil(this.#given.clock.now() + Math.min(firstBackoffMs * 2 ** this.#failures++, maxBackoffMs));
  }

  /** One wave, or what is left of it. False when there is nothing to do now. */
  async #step(): Promise<boolean> {
    const wave = (this.#wave ??= await this.#nextWave());
    if (!wave) return false;
    const waits = await Promise.all(wave.lanes.map((lane) => this.#runLane(wave, lane)));
    if (this.#stopped) return false;
    if (waits.includes(true)) {
      this.#waitAfterFailure();
      return false;
    }
    this.#checkpoint(wave);
    this.#failures = 0;
    this.#wave = undefined;
    return true;
  }

  #checkpoint(wave: PollResult): void {
    const done = wave.done();
    if (done !== undefined) this.#given.place.write(done);
  }

  async #nextWave(): Promise<PollResult | undefined> {
    const { consumer, window, place } = this.#given;
    const { batchSize, parallelization: lanes } = consumer;
    const after = place.read();
    const slice = await window.read(after);
    if (slice.through === after) {
      this.closed = slice.closed;
      this.#flush = false;
      return undefined;
    }
    const matching = slice.entries.filter((entry) => consumer.matches(entry));
    const size = batchSize * lanes;
    if (matching.length > 0 && matching.length < size && this.#waitsToFill()) return undefined;
    const entries = matching.slice(0, size);
    const through = matching.length > size ? (entries.at(-1)?.sequence ?? after) : slice.through;
    return new PollResult(entries, through, { lanes, batchSize });
  }

  /** Whether to wait for more records: the window opens with the first one. */
  #waitsToFill(): boolean {
    const { consumer, clock } = this.#given;
    const until = (this.#fillsUntil ??= clock.now() + consumer.batchingWindowMs);
    if (!this.#flush && clock.now() < until) {
      this.#waitUntil(until);
      return true;
    }
    this.#fillsUntil = undefined;
    return false;
  }

  /** Works off a lane. True when its next batch has to wait. */
  async #runLane(wave: PollResult, lane: Batch[]): Promise<boolean> {
    const { consumer, clock } = this.#given;
    for (let next = lane[0]; next && !this.#stopped; next = lane[0]) {
      const aged = dropAged(next, consumer, clock.now());
      const verdict = aged.givenUp ? aged : await this.#try(next);
      if (!verdict) return false;
      if (verdict.givenUp) consumer.giveUp(verdict.givenUp.batch, verdict.givenUp.condition);
      wave.replace(lane, verdict);
      this.#checkpoint(wave);
      if (verdict.again) return true;
    }
    return false;
  }

  async #try(batch: Batch): Promise<BatchVerdict | undefined> {
    const { consumer, activity } = this.#given;
    this.delivered++;
    try {
      return afterResult(batch, await activity.run(() => consumer.deliver(batch.entries)), consumer);
    } catch (error) {
      if (!(error instanceof ReaderStopped)) return afterError(batch, consumer);
      this.#stopped = true;
      return undefined;
    }
  }
}
