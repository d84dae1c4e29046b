import { type Table } from '../aws/table/dynamo-table.ts';
import { type Key, skewRange, timelineRanges } from '../model/keys/table-keys.ts';

const companionOf = ({ pk, sk }: Key): Key => ({ pk, sk: `${skewRange}${sk.slice(timelineRanges.touchpoint.length)}` });

const name = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/**
 * Returns the seconds by which a source's clock was behind ours, by its touchpoint's key. Undefined
 * if no companion row was stored.
 */
export type ClockSkews = (touchpoint: Key) => number | undefined;

/** Reads the companion rows of touchpoints in batches. No touchpoints, no read. */
export async function readClockSkews(table: Table, touchpoints: Key[]): Promise<ClockSkews> {
  const rows = touchpoints.length === 0 ? [] : await table.getMany(touchpoints.map(companionOf), { consistent: true });
  const known = new Map(rows.map((row) => [name(row), Number(row.skew)]));
  return (touchpoint) => known.get(name(companionOf(touchpoint)));
}
