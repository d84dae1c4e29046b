import { type Item, type Table } from '../aws/table/dynamo-table.ts';
import { corrected, isPlausible } from '../ingestion/message/source-clock.ts';
import { valueAtPath as valueAt, isJsonObject, type Json, type JsonObject } from '../shared/json.ts';
import { partition, skewRange, timelineRanges } from '../model/keys/table-keys.ts';
import { parseTimedKey, stripRange } from '../model/keys/parse-keys.ts';
import { type Profile } from '../model/profile.ts';
import { StageTransition } from '../model/stage.ts';
import { instantAt, addMs } from '../shared/time.ts';
import { type CustomerHistoryRead, type ReportWindow, type ReportTouchpoint } from './kinds/report-kind.ts';

/** Limit of touchpoints read of one identity. More are a bot's. */
const maxTouches = 20_000;

/** Rows per read, which bounds the memory. */
const pageSize = 1_000;

/** Limit of names, characters. Longer ones are cut. */
const maxName = 200;

const partitionsOf = ({ workspace, customer, linked }: Profile): string[] =>
  [customer, ...linked].map((owner) => partition({ workspace, customer: owner }));

function docOf({ doc }: Item): JsonObject {
  const parsed: unknown = typeof doc === 'string' ? JSON.parse(doc) : {};
  return isJsonObject(parsed) ? parsed : {};
}

const named = (text: Json | undefined): string => (typeof text === 'string' ? text.slice(0, maxName) : '');

/** Limit of a worth. A greater one is a mistake of the source, and would exceed exact sums. */
const mostWorth = 1e12;

const bounded = (worth: number): number => Math.min(mostWorth, Math.max(-mostWorth, worth));

function touchOf(item: Item, at: number, worth: string | undefined): ReportTouchpoint {
  const { name, channel, properties } = docOf(item);
  const value = worth === undefined ? undefined : bounded(Number(valueAt(properties, worth)));
  return {
    name: named(name),
    channel: named(channel),
    at,
    ...(value !== undefined && Number.isFinite(value) && { worth: value }),
  };
}

/** Reads clock skews in seconds, by the position in a sort key. Most customers have none. */
async function skewsOf(table: Table, pk: string): Promise<Map<string, number>> {
  const rows = await table.query(pk, { prefix: skewRange, limit: maxTouches });
  return new Map(rows.map(({ sk, skew }) => [stripRange(sk, skewRange), Number(skew)]));
}

/**
 * Reads touchpoints of one identity by corrected time. Keys hold the source's time, so the range is
 * widened by the skews.
 */
async function touchesIn(
  table: Table,
  pk: string,
  { from, to, worth }: CustomerReading,
): Promise<{ touches: ReportTouchpoint[]; cut: boolean }> {
  const skews = await skewsOf(table, pk);
  const extreme = (pick: (a: number, b: number) => number): number =>
    [...skews.values()].filter(isPlausible).reduce((a, b) => pick(a, b), 0) * 1_000;
  const range = timelineRanges.touchpoint;
  const before = `${range}${instantAt(to - extreme(Math.min))}`;
  let after = `${range}${instantAt(from - extreme(Math.max))}`;
  const touches: ReportTouchpoint[] = [];
  for (let seen = 0; seen < maxTouches; seen += pageSize) {
    const items = await table.query(pk, { after, before, limit: pageSize });
    for (const item of items) {
      const { at } = parseTimedKey(item.sk, range);
      const ms = Date.parse(corrected(at, skews.get(stripRange(item.sk, range)) ?? 0));
      if (ms >= from && ms < to) touches.push(touchOf(item, ms, worth));
    }
    if (items.length < pageSize) return { touches, cut: false };
    after = items.at(-1)?.sk ?? after;
  }
  return { touches, cut: true };
}

async function transitionsIn(table: Table, pk: string, to: number): Promise<CustomerHistoryRead['transitions']> {
  const range = timelineRanges.stage;
  const items = await table.query(pk, {
    prefix: range,
    before: `${range}${instantAt(to)}`,
    limit: maxTouches,
  });
  // `addMs` limits each time to the years 0 to 9999, because an older version wrote rows of the
  // year -5946.
  return items.map((item) => ({
    ...StageTransition.parse({ ...docOf(item), at: addMs(parseTimedKey(item.sk, range).at, 0) }),
  }));
}

export interface CustomerReading extends Pick<ReportWindow, 'from' | 'to'> {
  reads: 'touchpoints' | 'transitions';
  /** Property that is a touchpoint's worth, as a dotted path. */
  worth?: string | undefined;
}

/**
 * Reads one customer's touchpoints in a time, of every linked identity, in order. Two eventually
 * consistent queries for each identity: clock skews (mostly empty, half a read request unit) and
 * touchpoints (half a unit for 4 KB, some ten). `cut`: there were more than the limit.
 */
export async function readCustomerHistory(
  table: Table,
  profile: Profile,
  reading: CustomerReading,
): Promise<CustomerHistoryRead & { cut: boolean }> {
  const owners = partitionsOf(profile);
  if (reading.reads === 'transitions') {
    const rows = await Promise.all(owners.map((pk) => transitionsIn(table, pk, reading.to)));
    const transitions = rows.flat().sort((a, b) => (a.at < b.at ? -1 : 1));
    return { profile, touches: [], transitions, cut: false };
  }
  const read = await Promise.all(owners.map((pk) => touchesIn(table, pk, reading)));
  const touches = read.flatMap((one) => one.touches).sort((a, b) => a.at - b.at);
  return { profile, touches, transitions: [], cut: read.some(({ cut }) => cut) };
}
