import { createHash } from 'node:crypto';
import { type Item, type Table, type Write } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { parseShardedKey } from '../../model/keys/parse-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { type Clock, minuteMs } from '../../shared/time.ts';
import { contextId } from '../placements/context-features.ts';
import { emptySums, fitOfferLinearModel, type OfferSums } from './linear-model.ts';
import { type Placement } from '../placements/placement.ts';
import { type Linear } from '../policies/rank-offers.ts';
import { type OfferCount } from './offer-stats-store.ts';

/** How old the sums a decision rests on may be. */
const freshMs = minuteMs;

/** Rows that spread the sums of one offer. Transactions on the same row conflict. */
const shards = 4;

/** The context a decision was made in. */
export interface Context {
  id: string;
  values: readonly number[];
}

/** Which entry of a vector of sums holds x_i·x_j, i ≤ j: the upper triangle, row after row. */
function triangle(size: number): [number, number][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size - i }, (_, j) => [i, i + j] as [number, number]),
  ).flat();
}

/**
 * Returns what an exposure and an outcome add, by attribute: x·xᵀ for the one, x for the other. x
 * is 1 and the context.
 */
function additions({ values }: Context, which: readonly ('exposed' | 'won')[]): Record<string, number> {
  const x = [1, ...values];
  const gram = triangle(x.length).map(([i, j], k) => [`g${k}`, (x[i] ?? 0) * (x[j] ?? 0)] as const);
  const moment = x.map((value, i) => [`m${i}`, value] as const);
  const added = [...(which.includes('exposed') ? gram : []), ...(which.includes('won') ? moment : [])];
  return Object.fromEntries(added.filter(([, value]) => value !== 0));
}

/**
 * Returns the write that adds an observation to the sums of an offer. Not idempotent: its
 * transaction needs a condition that is.
 */
export function sumsWrite(counted: OfferCount, context: Context, which: readonly ('exposed' | 'won')[]): Write {
  const { workspace, placement, offer, decisionId } = counted;
  const shard = (createHash('sha256').update(decisionId).digest()[0] ?? 0) % shards;
  const added = Object.entries(additions(context, which));
  return {
    update: keys.offerSums(workspace, { placement, context: context.id, offer, shard }),
    set: {
      expression: `ADD ${added.map(([name]) => `${name} :${name}`).join(', ')}`,
      values: Object.fromEntries(added.map(([name, value]) => [`:${name}`, value])),
    },
  };
}

/** Rewards are 0 or 1: their squares sum to what they do. */
function addRow(sums: OfferSums, row: Item, size: number): void {
  const entry = (name: string): number => Number(row[name] ?? 0);
  for (const [k, [i, j]] of triangle(size).entries())
    for (const place of i === j ? [i * size + j] : [i * size + j, j * size + i])
      sums.gram[place] = (sums.gram[place] ?? 0) + entry(`g${k}`);
  for (let i = 0; i < size; i++) sums.moment[i] = (sums.moment[i] ?? 0) + entry(`m${i}`);
  sums.squares += entry('m0');
}

type Digested = Linear & { digest: string };

/**
 * Combines the rows of all shards to one model of the placement's offers. `digest` identifies its
 * numbers.
 */
function modelOf(rows: Item[], { offers, context = [] }: Placement): Digested {
  const ids = offers.map(({ id }) => id);
  const sums = emptySums(ids.length, context.length);
  for (const row of rows) {
    const mine = sums.offers[ids.indexOf(parseShardedKey(row.sk))];
    if (mine) addRow(mine, row, context.length + 1);
  }
  const text = sums.offers.flatMap(({ gram, moment }) => [...gram, ...moment]).join();
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { offers: ids, model: fitOfferLinearModel(sums), digest };
}

/**
 * Reads the linear model of a placement with a context, up to a minute old. One query of four rows
 * for each offer.
 */
export type ReadLinear = (workspace: string, placement: Placement) => Promise<Digested | undefined>;

/** The reader over the table. */
export function linearReader(table: Table, clock: Clock): ReadLinear {
  const read = cacheByKey(clock, freshMs, (place) => {
    const [pk = '', context = ''] = place.split('\n');
    return table.query(pk, { prefix: `${context}#` });
  });
  /** Made once of what was read, for as long as it is remembered. */
  const made = new WeakMap<Item[], { placement: Placement; model: Digested }>();
  const modelOnce = (rows: Item[], placement: Placement): Digested => {
    const known = made.get(rows);
    if (known?.placement === placement) return known.model;
    const model = modelOf(rows, placement);
    made.set(rows, { placement, model });
    return model;
  };
  return async (workspace, placement) => {
    if (!placement.context) return undefined;
    const context = contextId(placement.context);
    const { pk } = keys.offerSums(workspace, { placement: placement.id, context, offer: '', shard: 0 });
    return modelOnce(await read(`${pk}\n${context}`), placement);
  };
}
