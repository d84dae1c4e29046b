import { type Table } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { type Instant, ttlAfter, daySeconds } from '../../shared/time.ts';
import { SampledCustomer } from './training-sample.ts';

/** A sample is of use to one training. Seconds. */
const keptSeconds = daySeconds;

/** Stores the samples of trainings, for a day. */
export interface SampleStore {
  /** Writing a part again replaces it. */
  put(
    part: { workspace: string; run: string; share: number; part: number },
    drawn: SampledCustomer[],
    now: Instant,
  ): Promise<void>;
  /** The first `parts` of a share. */
  read(whose: { workspace: string; run: string; share: number }, parts: number): Promise<SampledCustomer[]>;
}

/** The store over the table. */
export function sampleStore(table: Table): SampleStore {
  return {
    async put({ workspace, ...part }, drawn, now) {
      const ttl = ttlAfter(now, keptSeconds);
      await table.put({ ...keys.churnSample(workspace, part), doc: JSON.stringify(drawn), ttl });
    },

    async read({ workspace, run, share }, parts) {
      const rows = Array.from({ length: parts }, (_, part) => keys.churnSample(workspace, { run, share, part }));
      const found: SampledCustomer[] = [];
      for (const row of rows) {
        const item = await table.get(row, { consistent: true });
        if (typeof item?.doc === 'string') found.push(...SampledCustomer.array().parse(JSON.parse(item.doc)));
      }
      return found;
    },
  };
}
