import type { DynamoDBRecord } from 'aws-lambda';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import {
  isAfter,
  isUnchanged,
  type StreamPosition,
  type RawRecord,
  type StreamSource,
  toLambdaRecord,
  type ExpiredByTtl,
} from './stream-source.ts';

/** A record that reaches Lambda, and its place. */
export interface WindowEntry {
  sequence: StreamPosition;
  record: DynamoDBRecord;
  createdAtMs: number;
}

export interface RecordsPage {
  entries: WindowEntry[];
  /**
   * Read through here: further than the last entry where records were dropped. The position asked
   * for when there is nothing new.
   */
  through: StreamPosition;
  closed: boolean;
}

/** Records read at once: more than a batch, so that batches fill under load. */
const pageSize = 1_000;

/** Records kept for the slower of the readers. */
const keptRecords = 4_000;

interface WindowOptions {
  source: StreamSource;
  shard: string;
  streamArn: string;
  clock: VirtualClock;
  wasSwept: ExpiredByTtl;
}

/**
 * The newest part of one shard, parsed once for all readers. Slower readers are served from the
 * source. Leaves out records that AWS would not write.
 */
export class ShardWindow {
  readonly #given: WindowOptions;
  #from: StreamPosition = '';
  #through: StreamPosition = '';
  #closed = false;
  #entries: WindowEntry[] = [];
  #reading: Promise<void> | undefined;

  constructor(given: WindowOptions) {
    this.#given = given;
  }

  /**
   * What follows `after`. Whatever was written before the call is seen by it, unless the page is
   * full first.
   */
  async read(after: StreamPosition): Promise<RecordsPage> {
    if (this.#entries.length === 0 && isAfter(after, this.#through)) this.#from = this.#through = after;
    if (isAfter(this.#from, after)) return this.#readBehind(after);
    if (!isAfter(this.#through, after)) {
      await this.#reading; // it may have begun before what we are to see was written
      await this.#readOn();
    }
    if (isAfter(this.#from, after)) return this.#readBehind(after);
    const entries = this.#entries.slice(this.#entries.findLastIndex(({ sequence }) => !isAfter(sequence, after)) + 1);
    return { entries, through: isAfter(this.#through, after) ? this.#through : after, closed: this.#closed };
  }

  #readOn(): Promise<void> {
    this.#reading ??= this.#nextPage().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #nextPage(): Promise<void> {
    const { source, shard } = this.#given;
    const { records, closed } = await source.read(shard, this.#through, pageSize);
    this.#entries.push(...this.#toEntries(records));
    this.#through = records.at(-1)?.sequence ?? this.#through;
    this.#closed = closed;
    const tooMany = this.#entries.length - keptRecords;
    if (tooMany <= 0) return;
    this.#from = this.#entries[tooMany - 1]?.sequence ?? this.#from;
    this.#entries.splice(0, tooMany);
  }

  async #readBehind(after: StreamPosition): Promise<RecordsPage> {
    const { source, shard } = this.#given;
    const { records } = await source.read(shard, after, pageSize);
    return { entries: this.#toEntries(records), through: records.at(-1)?.sequence ?? after, closed: false };
  }

  #toEntries(records: RawRecord[]): WindowEntry[] {
    const { shard, streamArn, wasSwept } = this.#given;
    return records
      .filter((record) => !isUnchanged(record))
      .map((record) => {
        const createdAtMs = this.#createdAt(record);
        const from = { streamArn, shard, createdAtMs, swept: wasSwept(record) };
        return { sequence: record.sequence, createdAtMs, record: toLambdaRecord(record, from) };
      });
  }

  /**
   * Engines write real time, rounded down: what may have been written just now was; the rest is so
   * long ago on the virtual clock.
   */
  #createdAt({ createdAtSeconds }: RawRecord): number {
    const { clock, source } = this.#given;
    const ageMs = Date.now() - createdAtSeconds * 1000;
    return ageMs < 2 * source.granularityMs ? clock.now() : clock.now() - ageMs * clock.speed;
  }
}
