import { type Table } from '../aws/table/dynamo-table.ts';
import { type Key, skewRange, timelineRanges } from '../model/table-keys.ts';

const companionOf = ({ pk, sk }: Key): Key => ({ pk, sk: `${skewRange}${sk.slice(timelineRanges.touchpoint.length)}` });

const name = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/** Seconds that the clocks of touchpoints' sources were behind ours, where known, by the touchpoint's key. */
export type ClockSkews = (touchpoint: Key) => number | undefined;

/** Reads the companion rows of touchpoints, in hundreds; nothing for none. */
export async function readClockSkews(table: Table, touchpoints: Key[]): Promise<ClockSkews> {
  const rows = touchpoints.length === 0 ? [] : await table.getMany(touchpoints.map(companionOf), { consistent: true });
  const known = new Map(rows.map((row) => [name(row), Number(row.skew)]));
  return (touchpoint) => known.get(name(companionOf(touchpoint)));
}
