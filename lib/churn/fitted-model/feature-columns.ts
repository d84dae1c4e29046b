import { type PurchaseHistory } from '../purchase-model/purchase-history.ts';
import {
  type Attributes,
  encode,
  encodedNames,
  type CategoryEncoding,
} from '../../statistics/learning/category-encoding.ts';

/** What is known of a customer when scored: key events so far, attributes. */
export interface CustomerFeatures {
  habit?: PurchaseHistory | undefined;
  attributes?: Attributes | undefined;
}

export interface Moment {
  /** Days since 1970. */
  now: number;
  horizonDays: number;
}

const silenceColumns = ['silence', 'silenceOfRepeater', 'silenceOfRegular', 'overdue', 'seldom'] as const;
const otherColumns = ['repeats', 'span', 'lastGap', 'repeater', 'meanWorth', 'lastWorth', 'worth'] as const;

/** Columns made of key events, in the order of `habitColumns`. */
export const habitNames = [...silenceColumns, ...otherColumns] as const;
export type HabitName = (typeof habitNames)[number];

/**
 * Columns that grow while nothing happens. No model may give them a falling effect, so that silence
 * never lowers a risk.
 */
export const isRisingColumn: ReadonlySet<string> = new Set(silenceColumns);

/** Silences shorter than a day are a day: key events are counted by days. */
const leastSilence = 1;

/**
 * Returns recency, frequency and worth (Fader, Hardie and Lee 2005, "RFM and CLV"), in horizons, on
 * logarithmic scales. `seldom` is the expected mean interval, (T + α)/(x + r) with r = 1 and α half
 * a horizon. The last interval is a column of its own, as a customer's intervals are alike (Wheat
 * and Morrison 1990).
 */
export function habitColumns(habit: PurchaseHistory, { now, horizonDays }: Moment): Record<HabitName, number> {
  const x = habit.days - 1;
  const silent = Math.max(leastSilence, now - habit.last);
  const span = habit.last - habit.first;
  const silence = Math.log(silent / horizonDays);
  const usual = x > 0 ? span / x : silent;
  return {
    silence: x > 0 ? 0 : silence,
    silenceOfRepeater: x > 0 ? silence : 0,
    silenceOfRegular: Math.log1p(x) * silence,
    overdue: Math.log1p((silent / (usual + horizonDays / 10)) ** 2),
    seldom: Math.log((Math.max(0, now - habit.first) / horizonDays + 0.5) / habit.days),
    repeats: Math.log1p(x),
    span: Math.log1p(span / horizonDays),
    lastGap: Math.log(Math.max(leastSilence, habit.last - (habit.previous ?? NaN)) / horizonDays),
    repeater: Number(x > 0),
    meanWorth: Math.log1p(Math.max(0, habit.worth / habit.days)),
    lastWorth: Math.log1p(Math.max(0, habit.lastWorth)),
    worth: Math.log1p(Math.max(0, habit.worth)),
  };
}

/**
 * The columns of a model: those of key events if its customers have any, then those of the
 * encoding.
 */
export interface Layout {
  habit: boolean;
  encoding: CategoryEncoding;
}

export const columnNames = ({ habit, encoding }: Layout): string[] => [
  ...(habit ? habitNames : []),
  ...encodedNames(encoding),
];

/** One row in the order of `columnNames`. Without a key event its columns are not known. */
export function rowOf({ habit, encoding }: Layout, known: CustomerFeatures, moment: Moment): Float64Array {
  const columns = known.habit && habitColumns(known.habit, moment);
  const own = habit ? habitNames.map((name) => columns?.[name] ?? NaN) : [];
  return Float64Array.from([...own, ...encode(encoding, known.attributes ?? {})]);
}
