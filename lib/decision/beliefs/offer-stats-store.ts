import { createHash } from 'node:crypto';
import { type Table, type Write } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { parseShardedKey } from '../../model/keys/parse-keys.ts';
import { type Clock } from '../../shared/time.ts';
import { countedIn, noStats, type OfferStats } from './offer-beliefs.ts';
import { type Trials } from './prior-beliefs.ts';
import { cacheByKey } from '../../shared/cache.ts';

/**
 * Maximum age of the statistics of a decision, ms. Ten seconds change little, and a query per
 * decision would cost.
 */
const freshMs = 10_000;

/** Rows that spread the trials of one stage. Transactions on the same row conflict. */
const shards = 16;

const counters = { exposed: 'exposed ', won: 'won ' } as const satisfies Record<keyof Trials, string>;
type Counter = keyof typeof counters;

export interface OfferCount {
  workspace: string;
  placement: string;
  stage: string;
  offer: string;
  decisionId: string;
}

/**
 * Returns the write that adds one to the counters of an offer. Not idempotent: its transaction
 * needs a condition that is.
 */
export function offerCountWrite(
  { workspace, placement, stage, offer, decisionId }: OfferCount,
  which: Counter[],
): Write {
  const shard = (createHash('sha256').update(decisionId).digest()[0] ?? 0) % shards;
  return {
    update: keys.offerStats(workspace, { placement, stage, shard }),
    set: {
      expression: `ADD ${which.map((counter) => `#${counter} :one`).join(', ')}`,
      names: Object.fromEntries(which.map((counter) => [`#${counter}`, counters[counter] + offer])),
      values: { ':one': 1 },
    },
  };
}

const stageOf = ({ sk }: Record<string, unknown>): string => parseShardedKey(String(sk));

/** Rows of all shards and stages as one, sorted: the same numbers are always the same text. */
function sum(rows: Record<string, unknown>[]): OfferStats {
  const stats = noStats();
  for (const row of rows.toSorted((a, b) => (stageOf(a) < stageOf(b) ? -1 : 1)))
    for (const name of Object.keys(row).sort()) {
      const counter = (['exposed', 'won'] as const).find((one) => name.startsWith(counters[one]));
      if (!counter) continue;
      const offer = name.slice(counters[counter].length);
      countedIn(stats, { stage: stageOf(row), offer })[counter] += Number(row[name]);
    }
  return stats;
}

/**
 * Reads the trials of a placement's offers by stage, up to ten seconds old. One query of 16 rows of
 * about 100 bytes for each stage.
 */
export type ReadStats = (workspace: string, placement: string) => Promise<OfferStats>;

/** The reader over the table. */
export function statsReader(table: Table, clock: Clock): ReadStats {
  const read = cacheByKey(clock, freshMs, async (pk) => sum(await table.query(pk)));
  return (workspace, placement) => read(keys.offerStats(workspace, { placement, stage: '', shard: 0 }).pk);
}
