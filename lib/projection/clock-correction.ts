import { type Table } from '../aws/table/dynamo-table.ts';
import { corrected } from '../ingestion/message/source-clock.ts';
import { stripRange } from '../model/keys/parse-keys.ts';
import { type Key, skewRange, timelineRanges } from '../model/keys/table-keys.ts';
import { type Touchpoint } from '../model/touchpoint.ts';
import { addMs, type Instant, minInstant, msBetween } from '../shared/time.ts';
import { type TouchpointRecord } from './touchpoint-record.ts';

const companionOf = ({ pk, sk }: Key): Key => ({ pk, sk: `${skewRange}${stripRange(sk, timelineRanges.touchpoint)}` });

const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/**
 * Returns the seconds by which a source's clock was behind ours, by its touchpoint's key. Undefined
 * if no companion row was stored.
 */
export type ClockSkews = (touchpoint: Key) => number | undefined;

/** Reads the companion rows of touchpoints in batches. No touchpoints, no read. */
export async function readClockSkews(table: Table, touchpoints: Key[]): Promise<ClockSkews> {
  const rows = touchpoints.length === 0 ? [] : await table.getMany(touchpoints.map(companionOf), { consistent: true });
  const skews = new Map(rows.map((row) => [nameOf(row), Number(row.skew)]));
  return (touchpoint) => skews.get(nameOf(companionOf(touchpoint)));
}

/** Tolerated clock difference, ms. Ingestion writes a companion row for a greater one. */
const toleratedMs = 30_000;

/**
 * Returns whether a companion row may exist: the touchpoint's time is far from when it was stored.
 */
export function needsClockCorrection({ storedAt }: TouchpointRecord, { at }: Touchpoint): boolean {
  return Math.abs(msBetween(at, storedAt)) > toleratedMs;
}

/**
 * Returns the touchpoint's time, corrected by its source's skew. It is never later than the end of
 * the second in which the touchpoint was stored.
 */
export function correctTime({ storedAt }: TouchpointRecord, { at }: Touchpoint, skewSeconds = 0): Instant {
  return minInstant(corrected(at, skewSeconds), addMs(storedAt, 999));
}
